import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inspection } from '../../src/cli/inspection.ts'
import { inspectionText } from '../../src/cli/inspection-text.ts'
import { makeLoader } from '../../src/engines/qemu/loader/make-loader.ts'
import type { Image } from '../../src/image/image.ts'
import { KernelTestError } from '../../src/support/errors.ts'
import { planOf } from '../boot-plans/plan-of.ts'
import { read } from '../image/told.ts'
import { example } from './files.ts'

const kernels = [
  'hello-serial/hello-serial.elf',
  'higher-half/higher-half.elf',
  'bare-elf64/bare-elf64.elf',
  'guest-tests/passing.elf',
].map(example)

type Outcome = 'refused' | 'described' | 'planned'

/** All that is done with an image before it runs. Whatever is thrown but a coded error is a mistake. */
function prepare(bytes: Uint8Array): Outcome {
  const before = process.cpuUsage()
  const image = coded(() => read(bytes))
  let outcome: Outcome = 'refused'
  if (image !== null) {
    const found = inspection(image, { path: 'kernel.elf', sha256: '' })
    expect(JSON.parse(JSON.stringify(found))).toMatchObject({ path: 'kernel.elf' })
    expect(inspectionText(found)).toMatch(/^kernel\.elf: /)
    outcome = plan(image)
  }
  // Of the processor's time: a busy host takes longer by the clock.
  const { user, system } = process.cpuUsage(before)
  expect(user + system).toBeLessThan(2_000_000)
  return outcome
}

function plan(image: Image): Outcome {
  const made = coded(() => planOf(image))
  if (made === null) return 'described'
  const { start, machine } = made
  const loader = start.kind === 'direct' && coded(() => makeLoader(start, machine.memoryMiB))
  return loader === null ? 'described' : 'planned'
}

function coded<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof KernelTestError) return null
    throw error
  }
}

const field = fc.oneof(
  fc.constantFrom(0n, 1n, 0xffn, 0x7fff_ffffn, 0xffff_ffffn, 0x7fff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn),
  fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
)

/** Most headers, notes and multiboot tags lie in the first 512 bytes of the file and of the first segment. */
const place = fc.oneof(
  fc.nat(511),
  fc.nat(511).map((at) => 0x1000 + at),
  fc.nat(20_000),
)

const mutation = fc.record({ at: place, width: fc.constantFrom(1, 2, 4, 8), to: field })

function mutated(
  bytes: Uint8Array,
  mutations: readonly { readonly at: number; readonly width: number; readonly to: bigint }[],
): Uint8Array {
  const copy = bytes.slice()
  for (const { at, width, to } of mutations) {
    for (let byte = 0; byte < width && at + byte < copy.length; byte++) {
      copy[at + byte] = Number((to >> BigInt(byte * 8)) & 0xffn)
    }
  }
  return copy
}

test('a mutated example is refused with a code, or inspected, planned and given a loader, in time', () => {
  const count = { refused: 0, described: 0, planned: 0 }
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.constantFrom(...kernels), mutations, (bytes, changes) => {
      count[prepare(mutated(bytes, changes))]++
    }),
    // Of a thousand, 54 are refused on average: too near to the bound below.
    { numRuns: 2000 },
  )
  // The mutations are neither so wild nor so tame that one outcome is never met.
  for (const times of Object.values(count)) expect(times).toBeGreaterThan(50)
})

test('so is one that is cut at any byte of its headers, and at the edges of all that they name', () => {
  for (const bytes of kernels) {
    const edges = [0x1000, 0x2000, 0x3000, bytes.length].flatMap((edge) => [edge - 1, edge, edge + 1])
    const lengths = [...Array(512).keys(), ...edges.filter((length) => length <= bytes.length)]
    for (const length of lengths) prepare(bytes.subarray(0, length))
    expect(prepare(bytes)).toBe('planned')
  }
})
