import { describe, expect, test } from 'vitest'
import {
  describeEnding,
  expectationForms,
  isCrash,
  judge,
  parseExpectation,
} from '../../src/observe/expectation.ts'
import { ended, exited, outOfTime } from '../matchers/surroundings.ts'

describe('parseExpectation', () => {
  test('reads every form that it names', () => {
    for (const form of expectationForms) expect(parseExpectation(form)).not.toBeNull()
  })

  test('reads numbers in both bases', () => {
    expect(parseExpectation('exit=0x10')).toEqual({ kind: 'exit', value: 16 })
    expect(parseExpectation('exit=16')).toEqual({ kind: 'exit', value: 16 })
    expect(parseExpectation('exit=0xffffffff')).toEqual({ kind: 'exit', value: 0xffff_ffff })
    expect(parseExpectation('status=33')).toEqual({ kind: 'status', status: 33 })
    expect(parseExpectation('kvm-unit-tests')).toEqual({ kind: 'exit', value: 0 })
  })

  test('knows nothing else', () => {
    const wrong = [
      '',
      'exit',
      'exit=',
      'exit=x',
      'exit=-1',
      'exit=0x100000000',
      'exit=1=2',
      'status=256',
      'limit=',
      'limit=slow',
      'tripleFault=1',
      'toString',
      'EXIT=1',
    ]
    expect(wrong.filter((text) => parseExpectation(text) !== null)).toEqual([])
  })
})

test('crashes fail where nothing was expected', () => {
  expect(isCrash(ended({ kind: 'tripleFault', rip: null, chain: [] }))).toBe(true)
  expect(isCrash(ended({ kind: 'reset', by: 'unknown' }))).toBe(true)
  expect(isCrash(ended({ kind: 'engineError', code: 'KT3006', detail: '' }))).toBe(true)
  expect(isCrash(outOfTime)).toBe(false)
  expect(isCrash(exited(0x11))).toBe(false)
})

test('a value is explained only where it was not expected', () => {
  expect(describeEnding(exited(0x10))).toBe('exited with 0x10 (status 33)')
  expect(describeEnding(exited(0x11))).toBe(
    'exited with 0x11 (status 35); 0x11 means failure in blog_os, bootimage',
  )
  expect(describeEnding(exited(0x11), { kind: 'exit', value: 0x11 })).toBe('exited with 0x11 (status 35)')
  expect(describeEnding(exited(0x77))).toBe('exited with 0x77 (status 239)')
  expect(judge(exited(0x91), { kind: 'status', status: 35 })).toBe(true)
})
