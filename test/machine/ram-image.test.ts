import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RamImage, type RamPart } from '../../src/machine/ram-image.ts'

const pages = 8
const size = pages * 4096

/** What the parts say, byte by byte. */
function contents(parts: readonly RamPart[]): Uint8Array {
  const ram = new Uint8Array(size)
  for (const { at, bytes, size } of parts) {
    ram.fill(0, at, at + size)
    ram.set(bytes, at)
  }
  return ram
}

const part = fc
  .record({
    at: fc.nat(size - 1),
    bytes: fc.uint8Array({ maxLength: 6000 }),
    zeros: fc.nat(9000),
  })
  .map(({ at, bytes, zeros }): RamPart => {
    const fitting = bytes.subarray(0, size - at)
    return { at, bytes: fitting, size: Math.min(fitting.length + zeros, size - at) }
  })
const guestWrite = fc.record({ at: fc.nat(size - 1), value: fc.nat(255) })

const parts = fc.array(part, { maxLength: 4 })
const round = fc.tuple(parts, fc.nat(1), fc.array(guestWrite, { maxLength: 9 }))

test('memory is what the parts over a base say, whatever was there before', () => {
  fc.assert(
    fc.property(...([fc.tuple(parts, parts), fc.array(round)] as const), (bases, rounds) => {
      const bytes = new Uint8Array(size)
      const dirty = new Uint8Array(pages)
      const image = new RamImage({ bytes, dirty, hasCode: () => true })
      for (const [parts, which, writes] of rounds) {
        const base = bases[which] ?? []
        image.load(parts, base)
        expect(Buffer.from(bytes).equals(contents([...base, ...parts]))).toBe(true)
        for (const { at, value } of writes) {
          bytes[at] = value
          dirty[at >> 12] = 1
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('pages of code are written only where they differ, others without a look', () => {
  const codePages = new Set([0, 1])
  const bytes = new Uint8Array(size)
  const dirty = new Uint8Array(pages)
  const image = new RamImage({ bytes, dirty, hasCode: (page) => codePages.has(page) })
  const text = (word: string): RamPart => ({ at: 4090, bytes: Buffer.from(word), size: 10 })
  expect(image.load([text('abcdef')])).toEqual([0])
  expect(image.load([text('abcdefg')])).toEqual([1])
  // The guest wrote what was there.
  dirty[0] = 1
  expect(image.load([text('abcdefg')])).toEqual([])
  bytes.fill(7, 4090, 4096)
  codePages.delete(0)
  dirty[0] = 1
  expect(image.load([text('abcdefg')])).toEqual([])
  expect(Buffer.from(bytes.subarray(4090, 4097)).toString()).toBe('abcdefg')
  expect(image.usedPages).toBe(2)
  expect(image.load([])).toEqual([1])
  expect(image.usedPages).toBe(0)
})
