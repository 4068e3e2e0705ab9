import type { Machine } from '../../src/machine/machine.ts'

const loadSegment = 1

/** Copies every PT_LOAD of an ELF file to its physical address; answers the entry point. */
export function loadElf(machine: Machine, image: Uint8Array): bigint {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  const is64 = image[4] === 2
  const [table, size, count] = is64
    ? [Number(view.getBigUint64(32, true)), 56, view.getUint16(56, true)]
    : [view.getUint32(28, true), 32, view.getUint16(44, true)]
  for (let index = 0; index < count; index++) {
    const at = table + size * index
    if (view.getUint32(at, true) !== loadSegment) continue
    const field = (offset64: number, offset32: number) =>
      is64 ? Number(view.getBigUint64(at + offset64, true)) : view.getUint32(at + offset32, true)
    const offset = field(8, 4)
    machine.cpu.poke(field(24, 12), image.subarray(offset, offset + field(32, 16)))
  }
  return is64 ? view.getBigUint64(24, true) : BigInt(view.getUint32(24, true))
}
