import type { Chip } from './chip.ts'

interface Range {
  readonly first: number
  readonly count: number
  readonly chip: Chip
}

/** The 65,536 I/O ports. Where nobody listens, writes are lost and every bit reads as 1. */
export class PortSpace {
  readonly #ranges: Range[] = []

  attach(first: number, count: number, chip: Chip): void {
    this.#ranges.push({ first, count, chip })
  }

  read(port: number, size: number): number {
    const range = this.#at(port)
    return range ? range.chip.read(port - range.first, size) : 2 ** (8 * size) - 1
  }

  write(port: number, size: number, value: number): void {
    const range = this.#at(port)
    range?.chip.write(port - range.first, size, value)
  }

  #at(port: number): Range | undefined {
    return this.#ranges.find(({ first, count }) => port >= first && port < first + count)
  }
}
