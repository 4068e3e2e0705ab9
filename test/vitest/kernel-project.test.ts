import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelProject } from '../../src/vitest/kernel-project.ts'
import { kernel } from '../kernels/build.ts'
import { type RunOutcome, ScratchProject } from './scratch-project.ts'

const config = `import { kernelProject } from 'kerneltest/vitest'
import { defineConfig } from 'vitest/config'

// Time passes for QEMU's guest as for its test.
const boot = (image) => (image === 'waits.elf' ? { engine: 'qemu', limit: '40s' } : { limit: '20s' })

export default defineConfig({
  test: {
    projects: [
      kernelProject({ include: ['*.elf'], testTimeout: 1500, boot }),
      kernelProject({ name: 'codes', include: ['codes/*.elf'], language: 'exitCode', expect: 'tripleFault' }),
    ],
  },
})
`

const example = (name: string): string =>
  fileURLToPath(new URL(`../../examples/guest-tests/${name}`, import.meta.url))

let project: ScratchProject
let run: RunOutcome
beforeAll(async () => {
  project = new ScratchProject({ 'vitest.config.ts': config, 'no-kernel.elf': 'hello', 'codes/.keep': '' })
  project.image(example('passing.elf'), "it's a kernel.elf")
  project.image(example('panicking.elf'), 'panicking.elf')
  project.image(kernel('test-that-waits'), 'waits.elf')
  project.image(kernel('says-and-dies'), 'dies.elf')
  project.image(kernel('says-and-dies'), 'codes/dies.elf')
  project.write('src/heap.rs', `${'// a line of the guest\n'.repeat(41)}        panic!("out of memory");\n`)
  run = await project.vitest(['--reporter=junit', '--outputFile.junit=junit.xml'])
}, 120_000)
afterAll(() => project.remove())

test('every test of a guest is a test, and every way to end has its verdict', () => {
  expect(run.status).toBe(1)
  const lines = run.tests.map(({ name, status, messages }) =>
    [`${status}: ${name}`, ...messages].join('\n  '),
  )
  expect(lines.sort().join('\n')).toMatchInlineSnapshot(`
    "failed: ends as expected
      GuestFailure: The guest triple-faulted at 0x100028 (start+0x18).
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
        error code 0x43 (gate 8 of the IDT, while an event was delivered)
    Expected it to exit with 0x10 (status 33).
    failed: guest_tests > heap > survives_a_huge_allocation
      GuestPanic: allocation error: 64 GiB
    failed: suite > waits
      GuestFailure: The guest was stopped by the time-out of 1500 ms during this test.
    passed: ends as expected
    passed: guest_tests > arithmetic > division_by_three
    passed: guest_tests > before
    passed: guest_tests > memory > keeps_what_it_is_given
    passed: guest_tests > trivial_assertion
    passed: suite > passes
    skipped: (1 test not run)
    skipped: (1 test not run)"
  `)
})

test('an image that is none fails its file', () => {
  const [, message = ''] = /FAIL .*no-kernel\.elf.*\n([\s\S]*?)\n\n/.exec(run.output) ?? []
  expect(message.replaceAll(project.root, 'PROJECT')).toMatchInlineSnapshot(`
    "KernelTestError: KT1006: PROJECT/no-kernel.elf is a text file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage.
    ⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/4]⎯"
  `)
})

test('a panic shows the line of the source', () => {
  const [shown = ''] = /GuestPanic[\s\S]*?\n\n/.exec(run.output) ?? []
  expect(shown).toMatchInlineSnapshot(`
    "GuestPanic: allocation error: 64 GiB
     ❯ src/heap.rs:42:9
         40| // a line of the guest
         41| // a line of the guest
         42|         panic!("out of memory");
           |         ^
         43|

    "
  `)
})

test('what the guest printed stands with its test, in JUnit too', () => {
  expect(run.output).toContain('stdout | waits.elf > suite > waits\nwaiting\n')
  const xml = readFileSync(project.path('junit.xml'), 'utf8')
  const [testcase = ''] = /<testcase [^>]*survives_a_huge_allocation[\s\S]*?<\/testcase>/.exec(xml) ?? []
  expect(testcase.replaceAll(/time="[^"]*"/g, 'time=""')).toMatchInlineSnapshot(`
    "<testcase classname="panicking.elf" name="guest_tests &gt; heap &gt; survives_a_huge_allocation" time="">
                <system-out>

    Error: panicked at &apos;allocation error: 64 GiB&apos;, src/heap.rs:42:9

                </system-out>
                <properties>
                    <property name="kerneltest" value="serial log: .vitest-attachments/kerneltest/panicking.elf/guest_tests-heap-survives_a_huge_allocation-serial.txt">
                    </property>
                    <property name="kerneltest" value="last screen as text: .vitest-attachments/kerneltest/panicking.elf/guest_tests-heap-survives_a_huge_allocation-screen.txt">
                    </property>
                    <property name="kerneltest" value="last screen: .vitest-attachments/kerneltest/panicking.elf/guest_tests-heap-survives_a_huge_allocation-screen.png">
                    </property>
                </properties>
                <failure message="allocation error: 64 GiB" type="GuestPanic">
    GuestPanic: allocation error: 64 GiB
     ❯ src/heap.rs:42:9
                </failure>
            </testcase>"
  `)
})

test('failed tests keep serial log and screen', () => {
  const names = project
    .files('.vitest-attachments/kerneltest')
    .map((path) => path.replace('.vitest-attachments/kerneltest/', ''))
  expect(names).toMatchInlineSnapshot(`
    [
      "dies.elf/ends-as-expected-screen.png",
      "dies.elf/ends-as-expected-screen.txt",
      "dies.elf/ends-as-expected-serial.txt",
      "panicking.elf/guest_tests-heap-survives_a_huge_allocation-screen.png",
      "panicking.elf/guest_tests-heap-survives_a_huge_allocation-screen.txt",
      "panicking.elf/guest_tests-heap-survives_a_huge_allocation-serial.txt",
      "waits.elf/suite-waits-screen.png",
      "waits.elf/suite-waits-screen.txt",
      "waits.elf/suite-waits-serial.txt",
    ]
  `)
  expect(
    readFileSync(project.path('.vitest-attachments/kerneltest/dies.elf/ends-as-expected-serial.txt'), 'utf8'),
  ).toBe('about to die\n')
})

test('the record of the run has its failures', () => {
  const record = JSON.parse(readFileSync(project.path('.kerneltest/last-run.json'), 'utf8'))
  expect(record.tests).toEqual({ passed: 6, failed: 3, skipped: 2 })
  expect(record.failures.map((failure: { test: { name: string } }) => failure.test.name).sort()).toEqual([
    'ends as expected',
    'guest_tests > heap > survives_a_huge_allocation',
    'no-kernel.elf',
    'suite > waits',
  ])
})

test('--project, -t and a file pick tests', { timeout: 60_000 }, async () => {
  const names = async (...args: string[]): Promise<string[]> =>
    (await project.vitest(args)).tests.filter(({ status }) => status !== 'skipped').map(({ name }) => name)
  expect(await names('--project', 'codes')).toEqual(['ends as expected'])
  expect(await names('-t', 'arithmetic division', "it's", '--project=kernels')).toEqual([
    'guest_tests > arithmetic > division_by_three',
  ])
})

test('--retry boots again and keeps every failure', { timeout: 60_000 }, async () => {
  const { tests, output } = await project.vitest(['dies.elf', '--project=kernels', '--retry=1'])
  expect(tests.map(({ status, messages }) => [status, messages.length])).toEqual([['failed', 2]])
  expect(output).toContain('retry x1')
})

test('--bail leaves the other images alone', { timeout: 60_000 }, async () => {
  const { tests } = await project.vitest([
    '--bail=1',
    '--maxWorkers=1',
    '--project=kernels',
    'dies.elf',
    'panicking.elf',
  ])
  expect(tests.filter(({ status }) => status === 'failed')).toHaveLength(1)
})

test('list boots the images for the names of their tests', { timeout: 60_000 }, async () => {
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
  const { output } = await project.run([vitest, 'list', "it's", 'codes'], {})
  expect(output.trim().split('\n').sort()).toEqual([
    '[codes] codes/dies.elf > ends as expected',
    "[kernels] it's a kernel.elf > guest_tests > arithmetic > division_by_three",
    "[kernels] it's a kernel.elf > guest_tests > memory > keeps_what_it_is_given",
    "[kernels] it's a kernel.elf > guest_tests > trivial_assertion",
  ])
})

test('what kernelProject does not know', () => {
  const include = ['*.elf']
  expect(() =>
    kernelProject({ include, language: 'blogos' as 'blog_os' }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [KernelTestError: KT5003: kernelProject does not know the language "blogos"
      Did you mean \`blog_os\`?]
  `)
  const misspelt = { include, langauge: 'blog_os' }
  expect(() => kernelProject(misspelt)).toThrowErrorMatchingInlineSnapshot(`
    [KernelTestError: KT5003: kernelProject has no option \`langauge\`
      Did you mean \`language\`?]
  `)
  expect(() => kernelProject({ include, expect: 'panic' })).toThrowErrorMatchingInlineSnapshot(`
    [KernelTestError: KT5003: kernelProject does not know \`expect: "panic"\`
      It is one of success, exit=0x10, status=33, deadHalt, hang, shutdown, reset, tripleFault, limit, limit=idle, limit=busy, limit=waitsForKey, limit=firmware, blog_os, ostd, kvm-unit-tests, uefi-rs, hermit.]
  `)
})
