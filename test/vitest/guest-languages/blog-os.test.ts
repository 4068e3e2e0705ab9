import { expect, test } from 'vitest'
import { blogOs } from '../../../src/vitest/guest-languages/blog-os.ts'
import { crashed, failed, halted, read, success } from './read.ts'

test('tests that pass', () => {
  const log = 'Running 2 tests\nblog_os::trivial...\t[ok]\nblog_os::vga_buffer::many...\thello\nworld[ok]\n'
  expect(read(blogOs, log, success)).toMatchInlineSnapshot(`
    "begin {"name":"blog_os::trivial"}
    end {"state":"pass"}
    begin {"name":"blog_os::vga_buffer::many"}
    output "hello\\nworld"
    end {"state":"pass"}"
  `)
})

test('a panic ends the run: the tests behind it did not run', () => {
  const log =
    'booted\nRunning 3 tests\na::one...\t[ok]\na::two...\t[failed]\n\nError: panicked at src/lib.rs:12:5:\n' +
    'assertion `left == right` failed: sums\n  left: 2\n right: 3\n\n'
  expect(read(blogOs, log, failed)).toMatchInlineSnapshot(`
    "output "booted\\n"
    begin {"name":"a::one"}
    end {"state":"pass"}
    begin {"name":"a::two"}
    output "\\nError: panicked at src/lib.rs:12:5:\\nassertion \`left == right\` failed: sums\\n  left: 2\\n right: 3\\n\\n"
    end {"state":"fail","failure":{"message":"assertion \`left == right\` failed: sums\\n  left: 2\\n right: 3","location":{"file":"src/lib.rs","line":12,"column":5},"left":"2","right":"3"}}
    notRun {"count":1,"reason":"the guest exited with 0x11 (status 35); 0x11 means failure in blog_os and bootimage"}"
  `)
})

test('the panic message before Rust 1.73', () => {
  const log =
    "Running 1 tests\na::one...\t[failed]\n\nError: panicked at 'assertion failed: `(left == right)`\n" +
    "  left: `0`,\n right: `1`', src/main.rs:65:5\n\n"
  expect(read(blogOs, log, failed)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    output "\\nError: panicked at 'assertion failed: \`(left == right)\`\\n  left: \`0\`,\\n right: \`1\`', src/main.rs:65:5\\n\\n"
    end {"state":"fail","failure":{"message":"assertion failed: \`(left == right)\`\\n  left: \`0\`,\\n right: \`1\`","location":{"file":"src/main.rs","line":65,"column":5},"left":"0","right":"1"}}"
  `)
})

test('a guest that dies inside a test fails that test', () => {
  expect(read(blogOs, 'Running 2 tests\na::one...\tjust before', crashed)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    output "just before\\n"
    end {"state":"fail","failure":{"message":"The guest triple-faulted at 0x100020 during this test."}}
    notRun {"count":1,"reason":"the guest triple-faulted at 0x100020"}"
  `)
})

test('a guest that dies between two tests', () => {
  expect(read(blogOs, 'Running 3 tests\na::one...\t[ok]\n', crashed)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    end {"state":"pass"}
    runFailed {"failure":{"message":"The guest triple-faulted at 0x100020 after 1 of 3 tests."}}"
  `)
})

test('a guest that ends well too early', () => {
  expect(read(blogOs, 'Running 3 tests\na::one...\t[ok]\n', success)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    end {"state":"pass"}
    runFailed {"failure":{"message":"The guest exited with 0x10 (status 33) after 1 of 3 tests."}}"
  `)
})

test('a guest that dies after its last test', () => {
  expect(read(blogOs, 'Running 1 tests\na::one...\t[ok]\n', crashed)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    end {"state":"pass"}
    runFailed {"failure":{"message":"All tests passed, but then the guest triple-faulted at 0x100020."}}"
  `)
})

test('a guest that ends otherwise than it should after its last test', () => {
  expect(read(blogOs, 'Running 1 tests\na::one...\t[ok]\n', halted)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    end {"state":"pass"}
    runFailed {"failure":{"message":"All tests passed, but then the guest halted for good at 0x100020: HLT with interrupts off.\\nExpected it to exit with 0x10 (status 33)."}}"
  `)
})

test('a guest that dies before its first test', () => {
  expect(read(blogOs, 'booting\n', crashed)).toMatchInlineSnapshot(`
    "output "booting\\n"
    runFailed {"failure":{"message":"The guest triple-faulted at 0x100020 before any test began."}}"
  `)
})

test('an image without a plan, as in should_panic tests', () => {
  expect(read(blogOs, 'should_panic::should_fail...\t[ok]\n', success)).toMatchInlineSnapshot(`
    "begin {"name":"should_panic::should_fail"}
    end {"state":"pass"}"
  `)
})

test('a harness that goes on after a failure', () => {
  const log = 'Running 2 tests\na::one...\t[failed]\nno luck\na::two...\t[ok]\n'
  expect(read(blogOs, log, failed)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    output "no luck\\n"
    end {"state":"fail","failure":{"message":"no luck"}}
    begin {"name":"a::two"}
    end {"state":"pass"}"
  `)
})

test('a test that says nothing before the next begins', () => {
  expect(read(blogOs, 'Running 2 tests\na::one...\t\na::two...\t[ok]\n', success)).toMatchInlineSnapshot(`
    "begin {"name":"a::one"}
    output "\\n"
    end {"state":"fail","failure":{"message":"The guest began the next test without saying [ok]."}}
    begin {"name":"a::two"}
    end {"state":"pass"}"
  `)
})

test('an endless line stays cheap and its verdict is found', () => {
  const parser = blogOs.parser()
  parser.feed('a::one...\t', 1n)
  for (let i = 0; i < 4000; i++) parser.feed('x'.repeat(2048), 2n)
  expect(parser.feed('[ok]\n', 3n).at(-1)).toEqual({ kind: 'end', state: 'pass', atNs: 3n })
}, 5000)
