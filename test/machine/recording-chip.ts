import type { Chip } from '../../src/machine/bus/chip.ts'

/** Remembers what it is asked, and answers with the offset in every byte. */
export class RecordingChip implements Chip {
  readonly seen: string[] = []

  read(offset: number, size: number): number {
    this.seen.push(`read ${offset.toString(16)} ${size}`)
    return (Math.imul(offset & 0xff, 0x0101_0101) >>> 0) % 2 ** (8 * size)
  }

  write(offset: number, size: number, value: number): void {
    this.seen.push(`write ${offset.toString(16)} ${size} ${value.toString(16)}`)
  }
}
