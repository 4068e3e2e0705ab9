import { entryPoints, romSegment } from './bios-rom.ts'

const e = entryPoints

/** Interrupt vectors with a handler of their own, or that point to a table. */
const handlers: Readonly<Record<number, number>> = {
  8: e.int08,
  16: e.int10,
  19: e.int13,
  24: e.int18,
  25: e.int19,
  30: e.floppyTable,
}

/** For the user's programs: nothing is there. */
const isUsers = (vector: number) => vector >= 0x60 && vector <= 0x66

/** The interrupt vector table as POST leaves it: 256 far pointers. */
export function interruptVectors(): Uint8Array {
  const table = new DataView(new ArrayBuffer(256 * 4))
  for (let vector = 0; vector < 256; vector++) {
    if (isUsers(vector)) continue
    table.setUint16(4 * vector, handlers[vector] ?? plainHandler(vector), true)
    table.setUint16(4 * vector + 2, romSegment, true)
  }
  return new Uint8Array(table.buffer)
}

/** Interrupts of devices must be ended, also where nobody waits for them. */
function plainHandler(vector: number): number {
  if (vector >= 0x08 && vector <= 0x0f) return e.masterIrq
  return vector >= 0x70 && vector <= 0x77 ? e.slaveIrq : e.iret
}
