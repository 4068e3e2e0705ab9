import type { Platform } from '../bios/service.ts'

type Memory = Platform['memory']

/** Linear address that an interrupt vector points to. */
export function vectorOf(memory: Memory, number: number): number {
  return memory.readNumber(4 * number + 2, 2) * 16 + memory.readNumber(4 * number, 2)
}

export function setVector(memory: Memory, number: number, segment: number, offset: number): void {
  memory.writeNumber(4 * number, 2, offset)
  memory.writeNumber(4 * number + 2, 2, segment)
}
