import { videoVectors } from '../vga-bios/rom-map.ts'
import { entryPoints, romSegment } from './bios-rom.ts'

const e = entryPoints

/** Interrupt vectors with a handler of their own, or that point to a table. */
const handlers = new Map<number, number>([
  [0x08, e.int08],
  [0x09, e.int09],
  [0x0e, e.int0e],
  [0x11, e.int11],
  [0x12, e.int12],
  [0x13, e.int13],
  [0x14, e.int14],
  [0x15, e.int15],
  [0x16, e.int16],
  [0x17, e.int17],
  [0x18, e.int18],
  [0x19, e.int19],
  [0x1a, e.int1a],
  [0x1e, e.floppyTable],
  [0x40, e.int13],
  [0x42, e.int10],
  [0x70, e.int70],
  [0x74, e.int74],
  [0x75, e.int75],
  [0x76, e.int76],
])

/** For the user's programs, and 79h, which copy protections look at: nothing is there. */
const isUsers = (vector: number) => (vector >= 0x60 && vector <= 0x66) || vector === 0x79

/** The interrupt vector table as POST leaves it: 256 far pointers. */
export function interruptVectors(): Uint8Array {
  const table = new DataView(new ArrayBuffer(256 * 4))
  for (let vector = 0; vector < 256; vector++) {
    if (isUsers(vector)) continue
    table.setUint16(4 * vector, handlers.get(vector) ?? plainHandler(vector), true)
    table.setUint16(4 * vector + 2, romSegment, true)
  }
  for (const [vector, segment, offset] of videoVectors) {
    table.setUint16(4 * vector, offset, true)
    table.setUint16(4 * vector + 2, segment, true)
  }
  return new Uint8Array(table.buffer)
}

/** Interrupts of devices must be ended, also where nobody waits for them. */
function plainHandler(vector: number): number {
  if (vector >= 0x08 && vector <= 0x0f) return e.masterIrq
  return vector >= 0x70 && vector <= 0x77 ? e.slaveIrq : e.iret
}
