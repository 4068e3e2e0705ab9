import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernel } from '../kernels/build.ts'
import { type RunOutcome, ScratchProject } from './scratch-project.ts'

const testFile = `import { expect, test } from 'kerneltest'

test('a failed assertion', async ({ boot }) => {
  const vm = await boot('greeting.elf')
  await expect(vm).toExit()
  await expect(vm.serial).toPrint('good-bye', { from: 'start' })
})

test('a crash that nothing expects', async ({ boot }) => {
  const vm = await boot('dies.elf', { engine: 'qemu' })
  await vm.end()
})

test('a crash whose faults are known', async ({ boot }) => {
  const vm = await boot('dies.elf')
  await vm.end()
})

test('a crash that is expected', async ({ boot }) => {
  const vm = await boot('dies.elf')
  await expect(vm).toExit('tripleFault')
})

test('two machines', async ({ boot }) => {
  const one = await boot('greeting.elf')
  const two = await boot('greeting.elf')
  await expect(one).toExit()
  await expect(two.serial).toPrint('greeted')
  expect(one.ending).toBeNull()
})

test('its time-out', { timeout: 3000 }, async ({ boot }) => {
  // On the other engine the guest's time goes faster than the clock while it waits.
  const vm = await boot('waits.elf', { limit: '60s', engine: 'qemu' })
  await vm.end()
})

test('is not hurt by the time-out before', async ({ boot }) => {
  await expect(await boot('greeting.elf')).toExit('success')
})

test('the wrong subject', async ({ boot }) => {
  const vm = await boot('greeting.elf')
  await expect(vm).toPrint('greeted')
})

test('a forgotten await', async ({ boot }) => {
  const vm = await boot('waits.elf')
  void expect(vm.serial).toPrint('never printed')
})

test('no image', async ({ boot }) => {
  await boot('no-such.elf')
})

test('time for the default limits', ({ task }) => {
  expect(task.timeout).toBe(70_000)
})
`

let project: ScratchProject
let run: RunOutcome
beforeAll(async () => {
  project = new ScratchProject({ 'a.test.ts': testFile })
  project.image(kernel('shows-greeting'), 'greeting.elf')
  project.image(kernel('says-and-dies'), 'dies.elf')
  project.image(kernel('test-that-waits'), 'waits.elf')
  run = await project.vitest()
}, 120_000)
afterAll(() => project.remove())

function messages(name: string): string {
  const found = run.tests.find((one) => one.name === name)
  return `${found?.status}: ${found?.messages.join('\n---\n')}`.replaceAll(project.root, 'PROJECT')
}

test('a failed test tells and attaches what the guest left', () => {
  expect(messages('a failed assertion')).toMatchInlineSnapshot(`
    "failed: Error: Expected com1 to print "good-bye".

    It printed 1 line, but not that.

    The guest exited with 0x10 (status 33).

    Printed on com1:
      greeted

    Screen: text, 80 columns, 25 rows, cursor at row 0, column 0
        ┌0─────────10────────20────────30────────40────────50────────60────────70────────┐
      0 │Hello, screen!                                                                  │
        └─ rows 1–24 are blank ──────────────────────────────────────────────────────────┘"
  `)
  const kept = project.files('.kerneltest/attachments').filter((path) => path.includes('/a-failed-assertion'))
  expect(kept).toMatchInlineSnapshot(`
    [
      ".kerneltest/attachments/kerneltest/a.test.ts/a-failed-assertion-screen.png",
      ".kerneltest/attachments/kerneltest/a.test.ts/a-failed-assertion-screen.txt",
      ".kerneltest/attachments/kerneltest/a.test.ts/a-failed-assertion-serial.txt",
    ]
  `)
  const [picture = '', screen = '', serial = ''] = kept.map((path) =>
    readFileSync(project.path(path), 'latin1'),
  )
  expect(serial).toBe('greeted\n')
  expect(screen).toBe('Hello, screen!\n')
  expect(picture.slice(1, 4)).toBe('PNG')
  expect(run.output).toContain(
    '↳ serial log: .kerneltest/attachments/kerneltest/a.test.ts/a-failed-assertion-serial.txt',
  )
})

test('a crash that no matcher named fails the test', () => {
  expect(messages('a crash that nothing expects')).toMatchInlineSnapshot(`
    "failed: KernelTestError: KT5006: the guest triple-faulted at 0x100028 (start+0x18), and nothing in the test expects that
      If it should: await expect(vm).toExit('tripleFault')."
  `)
  expect(messages('a crash whose faults are known')).toMatchInlineSnapshot(`
    "failed: KernelTestError: KT5006: the guest triple-faulted at 0x100028 (start+0x18), and nothing in the test expects that
      If it should: await expect(vm).toExit('tripleFault').
    The faults on the way to it:
      #UD invalid opcode at 0x100028 (start+0x18)
        not delivered: its gate lies beyond the limit of the IDT, at 0x30
      #GP general protection at 0x100028 (start+0x18)
        error code 0x33 (gate 6 of the IDT, while an event was delivered)
        not delivered: its gate lies beyond the limit of the IDT, at 0x68
      #GP general protection at 0x100028 (start+0x18)
        error code 0x6b (gate 13 of the IDT, while an event was delivered)
      #DF double fault at 0x100028 (start+0x18)
        error code 0x0
        not delivered: its gate lies beyond the limit of the IDT, at 0x40
      #GP general protection at 0x100028 (start+0x18)
        error code 0x43 (gate 8 of the IDT, while an event was delivered)"
  `)
  expect(messages('a crash that is expected')).toBe('passed: ')
})

test('every machine of a test leaves its own files', () => {
  const kept = project.files('.kerneltest/attachments').filter((path) => path.includes('/two-machines'))
  expect(kept.map((path) => path.replace(/.*two-machines-/, ''))).toEqual([
    ...['machine-1-screen.png', 'machine-1-screen.txt', 'machine-1-serial.txt'],
    ...['machine-2-screen.png', 'machine-2-screen.txt', 'machine-2-serial.txt'],
  ])
})

test('a time-out ends the machine, and the message says when the limit was longer', () => {
  expect(messages('its time-out')).toMatchInlineSnapshot(`"failed: Error: STACK_TRACE_ERROR"`)
  expect(run.output).toContain(
    "↳ the time-out of 3000 ms came before the machine's limit of 60000 ms; if the guest needs that long: test(name, { timeout: 70000 }, …)",
  )
  expect(messages('is not hurt by the time-out before')).toBe('passed: ')
})

test('what was given to expect is told', () => {
  expect(messages('the wrong subject')).toMatchInlineSnapshot(`
    "failed: KernelTestError: KT5004: toPrint looks at \`vm.serial\` or \`vm.debugConsole\`, but expect() was given \`vm\`
      Pass it \`vm.serial\` or \`vm.debugConsole\`."
  `)
})

test('an assertion that nobody waited for fails its test, and that alone', () => {
  expect(messages('a forgotten await')).toMatchInlineSnapshot(`
    "failed: KernelTestError: KT5007: the test ended before \`toPrint\` was decided
      Is its \`await\` missing? Write \`await expect(…).toPrint(…)\`."
  `)
  expect(run.output).not.toContain('Unhandled')
})

test('an image that is not there', () => {
  expect(messages('no image')).toMatchInlineSnapshot(`
    "failed: KernelTestError: KT1002: PROJECT/no-such.elf does not exist (looked for in PROJECT)
      Was it built? Look at the path and at the working directory, or name the image by its full path."
  `)
})

test('tests have time for the default limits', () => {
  expect(messages('time for the default limits')).toBe('passed: ')
})

test('no machine is left behind', () => {
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  expect(
    processes.split('\n').filter((line) => line.includes('qemu') && line.includes(project.root)),
  ).toEqual([])
})
