import { expect, test } from 'vitest'
import { auto } from '../../../src/vitest/guest-languages/auto.ts'
import { read, success } from './read.ts'

test('a plan tells blog_os', () => {
  expect(read(auto, 'booting\nRunning 1 tests\na::one...\t[ok]\n', success)).toMatchInlineSnapshot(`
    "output "booting\\n"
    begin {"name":"a::one"}
    end {"state":"pass"}"
  `)
})

test('a first test name without a plan tells blog_os', () => {
  expect(read(auto, 'booting\nstack_overflow::stack_overflow...\t[ok]\n', success)).toMatchInlineSnapshot(`
    "output "booting\\n"
    begin {"name":"stack_overflow::stack_overflow"}
    end {"state":"pass"}"
  `)
})

test('anything else is judged by its end', () => {
  expect(read(auto, 'Running 1 testing\nloading...\n', success)).toMatchInlineSnapshot(`
    "begin {"name":"ends as expected"}
    output "Running 1 testing\\nloading...\\n"
    end {"state":"pass"}"
  `)
})

test('an image that prints much and no evidence is passed on while it runs', () => {
  const parser = auto.parser()
  const line = `${'x'.repeat(1023)}\n`
  const kinds = Array.from({ length: 1026 }, () => parser.feed(line, 1n).length)
  expect(kinds.slice(1020)).toEqual([0, 0, 0, 0, 1026, 1])
})
