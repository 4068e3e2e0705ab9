import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryMapHoleBytes } from '../../src/boot/memory-map.ts'
import type { BootPlan } from '../../src/boot/plan.ts'
import { makeLoader } from '../../src/engines/qemu/loader/make-loader.ts'
import { bytesSource } from '../../src/image/byte-source.ts'
import { readImage } from '../../src/image/read.ts'
import { KernelTestError } from '../../src/support/errors.ts'
import { kernel } from '../kernels/build.ts'
import { module, planOf } from './plan-of.ts'

const names = ['multiboot1-report', 'multiboot2-report', 'pvh-report', 'elf64-report'] as const
/** ELF header, program headers, and the start of the first segment, where notes and multiboot headers are. */
const headers = [0, 0x100, 0x1000, 0x1080] as const

const interesting = [0, 1, 2, 3, 4, 0x10, 0x7f, 0x80, 0xf0, 0xff]
const mutation = fc.record({
  offset: fc.oneof(
    fc.integer({ min: headers[0], max: headers[1] }),
    fc.integer({ min: headers[2], max: headers[3] }),
  ),
  value: fc.oneof(fc.constantFrom(...interesting), fc.integer({ min: 0, max: 255 })),
})

test('a damaged kernel gives a coded error or a plan whose parts are disjoint and in RAM, and a loader for it', () => {
  const seen = { plans: 0, errors: 0 }
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(4, 16, 128, 3584),
      fc.boolean(),
      (name, mutations, memoryMiB, withModule) => {
        const bytes = Uint8Array.from(readFileSync(kernel(name)))
        for (const { offset, value } of mutations) bytes[offset] = value
        try {
          const modules = withModule && name !== 'elf64-report' ? [module('a', 'text')] : []
          const plan = planOf(readImage(bytesSource(bytes), name), { memoryMiB, modules })
          check(plan)
          seen.plans++
        } catch (error) {
          if (!(error instanceof KernelTestError)) throw error
          seen.errors++
        }
      },
    ),
    { numRuns: 300 },
  )
  expect(seen.plans).toBeGreaterThan(30)
  expect(seen.errors).toBeGreaterThan(30)
}, 60_000)

function check({ start, machine }: BootPlan): void {
  if (start.kind !== 'direct') return
  const end = BigInt(machine.memoryMiB) << 20n
  const ranges = start.memory
    .flatMap((part) => {
      if (part.kind === 'fact') return []
      const size = part.kind === 'bytes' ? part.size : memoryMapHoleBytes(part.format, part.capacity)
      return [{ start: part.at, end: part.at + BigInt(size) }]
    })
    .sort((one, other) => (one.start < other.start ? -1 : 1))
  ranges.forEach((range, index) => {
    expect(range.start).toBeGreaterThanOrEqual(0n)
    expect(range.end).toBeLessThan(end)
    expect(range.end <= 0x9fc00n || range.start >= 0x100000n).toBe(true)
    expect(range.end).toBeLessThanOrEqual(ranges[index + 1]?.start ?? end)
  })
  for (const part of start.memory) {
    if (part.kind !== 'fact') continue
    const factEnd = part.at + BigInt(part.size)
    expect(ranges.some((range) => part.at >= range.start && factEnd <= range.end)).toBe(true)
  }
  expect(makeLoader(start, machine.memoryMiB).subarray(0, 4)).toEqual(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46))
}
