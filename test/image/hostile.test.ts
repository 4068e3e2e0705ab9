import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/image/byte-source.ts'
import type { Image } from '../../src/image/image.ts'
import { readImage } from '../../src/image/read.ts'
import { KernelTestError } from '../../src/support/errors.ts'
import { kernel } from '../kernels/build.ts'
import { elfBytes } from './elf-bytes.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

/** Every image that the examples hold, and kernels of ours. */
const images = readdirSync(examples)
  .flatMap((example) => readdirSync(join(examples, example)).map((name) => join(examples, example, name)))
  .filter((path) => /\.(elf|img)$/.test(path) && statSync(path).isFile())
  .concat(kernel('upper-half'), kernel('hello-serial'))
  .map((path) => new Uint8Array(readFileSync(path)))
images.push(elfBytes(), elfBytes({ bits: 32 }))

/** The longest that any of them may take. */
const limitNs = 1_000_000_000n

/** Asks an image everything that `inspect` asks. */
function read(bytes: Uint8Array): Image | KernelTestError {
  const started = process.hrtime.bigint()
  try {
    const image = readImage(bytesSource(bytes), 'image')
    if (image.kind === 'elf') {
      image.symbols.at(image.entry)
      image.symbols.find('start')
    }
    return image
  } catch (error) {
    if (error instanceof KernelTestError) return error
    throw error
  } finally {
    expect(process.hrtime.bigint() - started).toBeLessThan(limitNs)
  }
}

const anyImage = fc.constantFrom(...images)
/** Values that overflow, wrap, or point just outside. */
const value = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, 1n, 0x7fff_ffffn, 0xffff_ffffn, 0x7fff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn),
  fc.integer({ min: 0, max: 0x1_0000 }).map(BigInt),
)

interface Change {
  readonly at: number
  readonly width: 1 | 2 | 4 | 8
  readonly to: bigint
}

/** Half of them in the first 512 bytes, where the headers are; the rest anywhere. */
const change: fc.Arbitrary<Change & { readonly anywhere: number }> = fc.record({
  at: fc.nat(511),
  anywhere: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  width: fc.constantFrom(1, 2, 4, 8),
  to: value,
})

function mutated(
  bytes: Uint8Array,
  changes: readonly (Change & { readonly anywhere: number })[],
): Uint8Array {
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  for (const { at, anywhere, width, to } of changes) {
    const start = anywhere === 0 ? at : Math.floor(anywhere * copy.length)
    for (let byte = 0; byte < width && start + byte < copy.length; byte++) {
      view.setUint8(start + byte, Number((to >> BigInt(byte * 8)) & 0xffn))
    }
  }
  return copy
}

test('an image with changed fields is described or refused with a code, in time', () => {
  let described = 0
  fc.assert(
    fc.property(anyImage, fc.array(change, { minLength: 1, maxLength: 6 }), (bytes, changes) => {
      const result = read(mutated(bytes, changes))
      if (!(result instanceof KernelTestError)) described++
    }),
    { numRuns: 3000 },
  )
  expect(described).toBeGreaterThan(1000)
})

test('so is an image cut anywhere', () => {
  fc.assert(
    fc.property(anyImage, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, part) => {
      read(bytes.subarray(0, Math.floor(part * bytes.length)))
    }),
    { numRuns: 1000 },
  )
})

test('so is noise behind any magic number', () => {
  const magics = ['\x7fELF\x02\x01\x01', '\x7fELF\x01\x01\x01', 'MZ', 'EFI PART', '\xd6\x50\x52\xe8', '']
  const noise = fc.uint8Array({ maxLength: 2048 })
  fc.assert(
    fc.property(fc.constantFrom(...magics), noise, (magic, rest) => {
      read(new Uint8Array([...Buffer.from(magic, 'latin1'), ...rest]))
    }),
    { numRuns: 1000 },
  )
})

test('so are an ISO, a GPT and a bzImage with noise in their tables', () => {
  const placed = fc.constantFrom(
    { at: 0x8001, magic: 'CD001' },
    { at: 0x202, magic: 'HdrS' },
    { at: 0x200, magic: 'EFI PART' },
  )
  fc.assert(
    fc.property(placed, fc.uint8Array({ minLength: 64, maxLength: 512 }), ({ at, magic }, noise) => {
      const bytes = new Uint8Array(0xa000)
      for (let start = 0; start < bytes.length; start += noise.length) {
        bytes.set(noise.subarray(0, bytes.length - start), start)
      }
      bytes.set([0x55, 0xaa], 510)
      bytes.set(Buffer.from(magic, 'latin1'), at)
      bytes.set(Buffer.from('\0CD001\x01EL TORITO SPECIFICATION\0', 'latin1'), 0x8800)
      expect(read(bytes)).not.toBeInstanceOf(KernelTestError)
    }),
    { numRuns: 500 },
  )
})

test('a file of nothing but program headers is judged in time', () => {
  const programs = Array.from({ length: 1024 }, (_, index) => ({
    access: 'rwx',
    virtual: BigInt(index % 7) * 0x10n,
    fileSize: 0x1000n,
    memorySize: 0x1_0000n,
  }))
  const image = read(elfBytes({ programs, size: 0x2_0000 }))
  expect(image).not.toBeInstanceOf(KernelTestError)
  if (!(image instanceof KernelTestError)) expect(image.flaws.length).toBeLessThan(20)
})
