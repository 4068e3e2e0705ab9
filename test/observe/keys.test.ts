import { describe, expect, test } from 'vitest'
import { keys, keysOfPress, pressesOfText } from '../../src/observe/keys.ts'

describe('keysOfPress', () => {
  test.each([
    ['a', ['a']],
    ['A', ['shift', 'a']],
    ['!', ['shift', '1']],
    ['?', ['shift', '/']],
    ['~', ['shift', '`']],
    ['_', ['shift', '-']],
    ['-', ['-']],
    ['ctrl--', ['ctrl', '-']],
    ['f12', ['f12']],
    ['esc', ['escape']],
    ['ctrl-alt-delete', ['ctrl', 'alt', 'delete']],
    ['ctrl+alt+del', ['ctrl', 'alt', 'delete']],
    ['+', ['shift', '=']],
    ['ctrl++', ['ctrl', 'shift', '=']],
    ['ctrl+-', ['ctrl', '-']],
    ['ctrl-+', ['ctrl', 'shift', '=']],
    ['ctrl-C', ['ctrl', 'shift', 'c']],
    [' ', ['space']],
    ['\n', ['enter']],
  ])('%j', (press, expected) => {
    expect(keysOfPress(press)).toEqual(expected)
  })

  test('every key is the press of itself', () => {
    for (const key of keys) expect(keysOfPress(key)).toEqual([key])
    expect(new Set(keys).size).toBe(keys.length)
  })

  test.each(['entr', 'é', '', 'a-', 'a+', '+a', '++', 'constructor', 'AB'])('%j is none', (press) => {
    expect(() => keysOfPress(press)).toThrow('KT3013')
  })

  test('the message', () => {
    expect(() => keysOfPress('ctrl-alt-dlete')).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT3013: there is no key "dlete" on a US keyboard (in "ctrl-alt-dlete")
        Did you mean "delete"? Keys are named by the character that they give, or as "enter", "f1", "up", "ctrl-alt-delete".]
    `)
  })
})

describe('pressesOfText', () => {
  test('one a character, CR LF is one', () => {
    expect(pressesOfText('ls -l\r\nA\n')).toEqual(['l', 's', ' ', '-', 'l', '\n', 'A', '\n'])
  })

  test('a character that no key gives', () => {
    expect(() => pressesOfText('naïve')).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT3013: there is no key "ï" on a US keyboard
        Keys are named by the character that they give, or as "enter", "f1", "up", "ctrl-alt-delete".]
    `)
  })
})
