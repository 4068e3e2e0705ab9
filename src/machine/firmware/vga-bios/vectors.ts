import { numberAt } from '../bios/little-endian.ts'
import type { Platform } from '../bios/service.ts'

type Memory = Platform['memory']

/** Linear address that an interrupt vector points to. */
export function vectorOf(memory: Memory, number: number): number {
  const pointer = memory.read(4 * number, 4)
  return numberAt(pointer, 2, 2) * 16 + numberAt(pointer, 0, 2)
}

export function setVector(memory: Memory, number: number, segment: number, offset: number): void {
  memory.write(4 * number, Uint8Array.of(offset & 0xff, offset >> 8, segment & 0xff, segment >> 8))
}
