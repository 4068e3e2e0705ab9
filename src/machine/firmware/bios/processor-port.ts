/** A processor at rest: all of it is in memory. */
export interface ProcessorPort {
  /** Where it goes on; linear. */
  readonly linearRip: number
  /** From there, by so many bytes. */
  jumpBy(bytes: number): void
  /** `bytes` (1, 2 or 4) at an offset of general register 0 (RAX) to 7 (RDI). */
  register(number: number, offset: number, bytes: number): number
  /** The register's other bytes stay as they are. */
  setRegister(number: number, offset: number, bytes: number, value: number): void
  segmentBase(name: SegmentName): number
  selector(name: SegmentName): number
  /** As real mode loads it: limits stay as they are. */
  setSelector(name: SegmentName, selector: number): void
  /** As the processor sees it: through the A20 gate, and page tables where a monitor has some. */
  read(linear: number, length: number): Uint8Array
  write(linear: number, bytes: Uint8Array): void
  readonly isA20Open: boolean
  /** Does something as if the A20 gate were open. */
  openingA20(act: () => void): void
}

export type SegmentName = 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs'
