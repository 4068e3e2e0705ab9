/** Of a number in a register or in memory. */
export type NumberBytes = 1 | 2 | 4

/** A processor at rest: all of it is in memory. */
export interface ProcessorPort extends LinearMemory {
  /** Where it goes on; linear. */
  readonly linearRip: number
  /** The same where paging leads it; null: nowhere. */
  readonly physicalRip: number | null
  /** SS:SP, SS:ESP where its segment says so; linear. */
  readonly stackTop: number
  /** From there, by so many bytes. */
  jumpBy(bytes: number): void
  /** `bytes` at an offset of general register 0 (RAX) to 7 (RDI). */
  register(number: number, offset: number, bytes: NumberBytes): number
  /** The register's other bytes stay as they are. */
  setRegister(number: number, offset: number, bytes: NumberBytes, value: number): void
  segmentBase(name: SegmentName): number
  selector(name: SegmentName): number
  /** As real mode loads it: limits stay as they are. */
  setSelector(name: SegmentName, selector: number): void
}

/** As the processor sees it: through the A20 gate, and page tables where a monitor has some. */
export interface LinearMemory {
  read(linear: number, length: number): Uint8Array
  write(linear: number, bytes: Uint8Array): void
  /** A field, little-endian. */
  readNumber(linear: number, bytes: NumberBytes): number
  /** Bits of `value` beyond `bytes` are lost. */
  writeNumber(linear: number, bytes: NumberBytes, value: number): void
  readonly isA20Open: boolean
  /** Does something as if the A20 gate were open. */
  openingA20(act: () => void): void
}

export type SegmentName = 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs'
