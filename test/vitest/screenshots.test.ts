import { existsSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernel } from '../kernels/build.ts'
import { ScratchProject } from './scratch-project.ts'

const reference = 'tests/__screenshots__/greeting.test.ts/greeting-vga.png'
const testFile = `import { expect, test } from 'kerneltest'

test('greets', async ({ boot }) => {
  const vm = await boot('kernel.elf')
  await expect(vm).toExit()
  await expect(vm.screen).toMatchScreenshot('greeting')
  await expect(vm.screen).toMatchScreenshot({ region: { row: 0, column: 0, columns: 20 } })
})
`
const artifacts = `export default class {
  onTestCaseArtifactRecord(test, { type, message, attachments }) {
    console.log('ARTIFACT', type, attachments.map(({ name, width, height }) => name + ' ' + width + 'x' + height).join(', '))
  }
}
`
const config = `import { defineConfig } from 'kerneltest/vitest'
export default defineConfig({ test: { include: ['tests/*.test.ts'] } })
`

// The tests below are one story: each starts from what the one before it left.
let project: ScratchProject
beforeAll(() => {
  project = new ScratchProject({
    'tests/greeting.test.ts': testFile,
    'vitest.config.ts': config,
    'artifacts.js': artifacts,
  })
  project.image(kernel('shows-greeting'), 'kernel.elf')
})
afterAll(() => project.remove())

const firstMessage = (tests: readonly { messages: readonly string[] }[]): string =>
  tests[0]?.messages[0] ?? ''
const bytes = (path: string): string => readFileSync(project.path(path)).toString('base64')

test('CI writes no reference and fails', { timeout: 60_000 }, async () => {
  const { status, tests } = await project.vitest([], { CI: '1' })
  expect(status).toBe(1)
  expect(firstMessage(tests)).toMatchInlineSnapshot(`
    "Error: There is no reference for the screenshot "greeting".
    This run may not write one (CI). The screen is kept at .vitest-attachments/tests/greeting.test.ts/greeting-actual-vga.png.
    Make the reference on your machine, look at it and commit it."
  `)
  expect(project.files('tests/__screenshots__')).toEqual([])
})

test('the first run writes the reference and fails, so that somebody looks at it', {
  timeout: 60_000,
}, async () => {
  const { status, tests } = await project.vitest()
  expect(status).toBe(1)
  expect(firstMessage(tests)).toMatchInlineSnapshot(`
    "Error: There is no reference for the screenshot "greeting".
    It was written to tests/__screenshots__/greeting.test.ts/greeting-vga.png.
    Review it: if it is right, commit it, and the next run passes."
  `)
  expect(project.files('tests/__screenshots__')).toEqual([reference])
})

test('-u writes what is missing and passes', { timeout: 60_000 }, async () => {
  const { status, output } = await project.vitest(['-u'])
  expect(status).toBe(0)
  expect(output).toContain('Snapshots  1 written')
  expect(project.files('tests/__screenshots__')).toEqual(
    ['tests/__screenshots__/greeting.test.ts/greets-1-vga.png', reference].sort(),
  )
})

test('the same picture passes, in CI too', { timeout: 60_000 }, async () => {
  expect((await project.vitest([], { CI: '1' })).status).toBe(0)
})

test('another picture fails with what changed and keeps the pictures', { timeout: 60_000 }, async () => {
  const before = bytes(reference)
  project.image(kernel('shows-greeting'), 'kernel.elf', ['Hello, screen!', 'Hallo, screem!'])
  const { status, tests, output } = await project.vitest(['--reporter=./artifacts.js'])
  expect(status).toBe(1)
  expect(firstMessage(tests)).toMatchInlineSnapshot(`
    "Error: Expected the screen to match the screenshot "greeting".

    19 of 256000 pixels differ (0.01 %).

    Changed cells:
      row 0, column 1:
        was "e" in light cyan on black
        now "a" in light cyan on black
      row 0, column 12:
        was "n" in light cyan on black
        now "m" in light cyan on black

    Reference:  tests/__screenshots__/greeting.test.ts/greeting-vga.png
    Actual:     .vitest-attachments/tests/greeting.test.ts/greeting-actual-vga.png
    Difference: .vitest-attachments/tests/greeting.test.ts/greeting-diff-vga.png
    Accept:     npx vitest run tests/greeting.test.ts -t 'greets$' -u

    The guest exited with 0x10 (status 33).

    Printed on com1:
      greeted

    Screen: text, 80 columns, 25 rows, cursor at row 0, column 0
        ┌0─────────10────────20────────30────────40────────50────────60────────70────────┐
      0 │Hallo, screem!                                                                  │
        └─ rows 1–24 are blank ──────────────────────────────────────────────────────────┘"
  `)
  expect(output).toContain(
    'ARTIFACT internal:toMatchScreenshot reference 640x400, actual 640x400, diff 640x400',
  )
  expect(output).toContain('Snapshots  1 failed')
  expect(project.files('.vitest-attachments/tests')).toEqual([
    '.vitest-attachments/tests/greeting.test.ts/greeting-actual-vga.png',
    '.vitest-attachments/tests/greeting.test.ts/greeting-diff-vga.png',
  ])
  expect(bytes(reference)).toBe(before)
})

test('the report shows it', { timeout: 60_000 }, async () => {
  const { status, output } = await project.command('report')
  expect(status).toBe(0)
  expect(output).toContain(
    ' UTC: 0 passed, 1 failed, 0 skipped; 1 screenshots compared, 1 differ\n.kerneltest/report.html\n',
  )
  expect(Date.now() - Date.parse(output.replace(/^run of (.+?) (.+?) UTC.*/s, '$1T$2Z'))).toBeLessThan(
    600_000,
  )
  const page = readFileSync(project.path('.kerneltest/report.html'), 'utf8')
  expect(page).toContain('npx vitest run tests/greeting.test.ts -t &#39;greets$&#39; -u')
  expect(page).toContain('greeted')
  expect(page.match(/data:image\/png;base64/g)?.length).toBeGreaterThanOrEqual(3)
})

test('-u accepts the new picture', { timeout: 60_000 }, async () => {
  const before = bytes(reference)
  const { status, output } = await project.vitest(['-u'])
  expect(status).toBe(0)
  expect(output).toContain('Snapshots  2 updated')
  expect(bytes(reference)).not.toBe(before)
  const accepted = bytes(reference)
  expect((await project.vitest(['-u'])).status).toBe(0)
  expect(bytes(reference), 'a picture that matches is not written again').toBe(accepted)
})

test('a reference that no test uses is told, and removed with -u', { timeout: 60_000 }, async () => {
  project.write(
    'tests/greeting.test.ts',
    testFile.replace("'greeting'", "'greeting', { threshold: 0.1 }").replace(/.*region.*\n/, ''),
  )
  const told = await project.vitest()
  expect(told.status).toBe(0)
  expect(told.output).toContain(
    '1 screenshot obsolete (remove with -u):\n   tests/__screenshots__/greeting.test.ts/greets-1-vga.png',
  )
  expect((await project.vitest(['-u'])).output).toContain('1 screenshot removed')
  expect(project.files('tests/__screenshots__')).toEqual([reference])
})

test('a reference that is no PNG', { timeout: 60_000 }, async () => {
  project.write(reference, 'version https://git-lfs.github.com/spec/v1\n')
  expect(firstMessage((await project.vitest()).tests)).toMatchInlineSnapshot(`
    "KernelTestError: KT5020: tests/__screenshots__/greeting.test.ts/greeting-vga.png is not a PNG picture: unrecognised content at end of stream
      Restore the file from version control, or delete it and run with -u to make it anew."
  `)
})

test('.not is an error', { timeout: 60_000 }, async () => {
  project.write('tests/greeting.test.ts', testFile.replace('toMatchScreenshot', 'not.toMatchScreenshot'))
  expect(firstMessage((await project.vitest()).tests)).toMatchInlineSnapshot(`
    "KernelTestError: KT5005: toMatchScreenshot was used with \`.not\`
      A picture that differs proves little. Say what must be gone: \`expect(vm.screen).not.toShow(…)\`."
  `)
})

test('the report without a run says what to do', { timeout: 60_000 }, async () => {
  rmSync(project.path('.kerneltest'), { recursive: true })
  const { status, output } = await project.command('report')
  expect(output.replaceAll(project.root, 'PROJECT')).toMatchInlineSnapshot(`
    "kerneltest: KT5021: there is no record of a run at PROJECT/.kerneltest/last-run.json
      Run the tests here first, with \`npx kerneltest\` or, with the plugin of kerneltest/vitest, \`npx vitest run\`.
    "
  `)
  expect(status).not.toBe(0)
  expect(existsSync(project.path('.kerneltest/report.html'))).toBe(false)
})
