/**
 * A device as the bus sees it: registers at offsets. `size` is 1, 2 or 4 bytes, never more than the chip's
 * registers are wide.
 */
export interface Chip {
  read(offset: number, size: number): number
  write(offset: number, size: number, value: number): void
  /** The same as a write of each byte in turn, where that can be done quicker. */
  writeBytes?(offset: number, bytes: Uint8Array): void
}

/** A chip with state that is saved: all of it, as plain data, timers of the clock apart. */
export interface SavedChip<State> extends Chip {
  /** What `read` would give, with no effect on the chip. */
  peek(offset: number): number
  /** As after power-on. */
  reset(): void
  save(): State
  load(state: State): void
}

/** A wire as its driver sees it: a level. Whether edges count is the receiver's business. */
export interface Line {
  set(level: boolean): void
}
