import type { PhysicalMemory } from '../bus/physical-memory.ts'
import type { OwnRegister } from './pci-function.ts'

/** A register for each 32 KiB, a nibble for each half; the BIOS segment has the upper nibble of the first. */
const registers = [
  { halves: [null, { first: 0xf_0000, count: 0x1_0000 }] },
  ...Array.from({ length: 6 }, (_, index) => {
    const first = 0xc_0000 + 0x8000 * index
    return {
      halves: [
        { first, count: 0x4000 },
        { first: first + 0x4000, count: 0x4000 },
      ],
    }
  }),
] as const
const reads = 1
const writes = 2

/** PAM0 to PAM6 in a configuration space, from `at` on: RAM answers nowhere at first. */
export function attributeMapRegisters(at: number): readonly OwnRegister[] {
  return registers.map(({ halves }, index) => ({
    at: at + index,
    bytes: 1,
    value: 0,
    writable: halves[0] ? 0x33 : 0x30,
  }))
}

/**
 * Lets RAM answer between C0000h and FFFFFh as the registers say (82441FX, section 3.2.18: Programmable
 * Attribute Map; Intel Q35, section 5.1.19).
 */
export function applyAttributeMap(memory: PhysicalMemory, register: (index: number) => number): void {
  for (const [index, { halves }] of registers.entries()) {
    for (const [half, range] of halves.entries()) {
      if (!range) continue
      const bits = register(index) >> (4 * half)
      const access = { reads: (bits & reads) !== 0, writes: (bits & writes) !== 0 }
      memory.setRamAccess(range.first, range.count, access)
    }
  }
}
