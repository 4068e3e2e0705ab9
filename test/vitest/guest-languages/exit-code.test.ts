import { expect, test } from 'vitest'
import { exitCode } from '../../../src/vitest/guest-languages/exit-code.ts'
import { crashed, halted, read, success } from './read.ts'

test('one test an image', () => {
  expect(read(exitCode, 'hello\nworld\n', success)).toMatchInlineSnapshot(`
    "begin {"name":"ends as expected"}
    output "hello\\nworld\\n"
    end {"state":"pass"}"
  `)
})

test('an image that prints nothing', () => {
  expect(read(exitCode, '', crashed)).toMatchInlineSnapshot(`
    "begin {"name":"ends as expected"}
    end {"state":"fail","failure":{"message":"The guest triple-faulted at 0x100020."}}"
  `)
})

test('an image that ends otherwise than it should', () => {
  expect(read(exitCode, '', halted)).toMatchInlineSnapshot(`
    "begin {"name":"ends as expected"}
    end {"state":"fail","failure":{"message":"The guest halted for good at 0x100020: HLT with interrupts off.\\nExpected it to exit with 0x10 (status 33)."}}"
  `)
})

test('a panic message is told', () => {
  expect(read(exitCode, 'panicked at src/main.rs:3:1:\nno memory\n', crashed)).toMatchInlineSnapshot(`
    "begin {"name":"ends as expected"}
    output "panicked at src/main.rs:3:1:\\nno memory\\n"
    end {"state":"fail","failure":{"message":"no memory\\nThe guest triple-faulted at 0x100020.","location":{"file":"src/main.rs","line":3,"column":1}}}"
  `)
})

test('the test lasts from power-on to the end', () => {
  const parser = exitCode.parser()
  expect([...parser.feed('x', 5n), ...parser.finish(success)].map(({ kind, atNs }) => [kind, atNs])).toEqual([
    ['begin', 0n],
    ['output', 5n],
    ['end', 99n],
  ])
})
