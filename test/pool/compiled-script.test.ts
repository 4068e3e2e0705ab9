import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CompiledScript } from '../../src/pool/compiled-script.ts'

let folder: string
const cache = () => join(folder, 'cache')
const files = () => readdirSync(cache())

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kerneltest-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Adder {
  readonly add: (one: number, other: number) => number
  readonly platform: () => string
}

function load(sum = 'one + other', where = cache()): CompiledScript<Adder> {
  const path = join(folder, 'adder.cjs')
  writeFileSync(
    path,
    `exports.add = (one, other) => ${sum}; exports.platform = () => require('node:os').platform()`,
  )
  return new CompiledScript<Adder>(pathToFileURL(path), where)
}

test('a script runs, with Node’s modules, and begins warm the next time', () => {
  const first = load()
  expect([first.exports.add(1, 2), first.exports.platform(), first.isWarm]).toEqual([
    3,
    process.platform,
    false,
  ])
  first.keep()
  const next = load()
  expect([next.exports.add(1, 2), next.isWarm]).toEqual([3, true])
  next.keep()
  expect(files()).toHaveLength(1)
})

test('of another source of the same length nothing is taken', () => {
  load().keep()
  const other = load('one - other')
  expect([other.exports.add(1, 2), other.isWarm]).toEqual([-1, false])
})

test('a damaged or cut file is as none, and is replaced', () => {
  load().keep()
  const file = join(cache(), files()[0] ?? '')
  const whole = readFileSync(file)
  const damaged = Buffer.from(whole)
  damaged.writeUInt8((whole.at(-9) ?? 0) ^ 1, whole.length - 9)
  for (const bytes of [damaged, whole.subarray(0, 100), whole.subarray(0, 2)]) {
    writeFileSync(file, bytes)
    const script = load()
    expect([script.exports.add(1, 2), script.isWarm]).toEqual([3, false])
    script.keep()
    expect(load().isWarm).toBe(true)
  }
  truncateSync(file, 0)
  expect(load().isWarm).toBe(false)
})

test('where nothing can be written it runs all the same', () => {
  const occupied = join(folder, 'file')
  writeFileSync(occupied, '')
  const script = load('one + other', join(occupied, 'cache'))
  script.keep()
  expect([script.exports.add(1, 2), load('one + other', join(occupied, 'cache')).isWarm]).toEqual([3, false])
})

test('a folder keeps the last eight', () => {
  for (let version = 0; version < 10; version++) load(`one + other + ${version}`).keep()
  expect(files()).toHaveLength(8)
  expect(load('one + other + 9').isWarm).toBe(true)
})
