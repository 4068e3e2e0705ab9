/** Neighbouring bytes of a medium. */
export interface ByteRange {
  readonly at: number
  readonly length: number
}

/** What is in a drive. */
export interface MediumState {
  /** In bytes: whole sectors, the file and the zeros that fill its last one. */
  readonly size: number
  readonly sectorBytes: number
  /** What the guest has written, in whole sectors, in ascending order. */
  readonly written: readonly ByteRange[]
}

/** Sectors of a medium, from `first` on. */
export interface BadSectors {
  readonly first: number
  readonly count: number
}
