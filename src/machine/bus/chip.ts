/**
 * A device as the bus sees it: registers at offsets. `size` is 1, 2 or 4 bytes, never more than the chip's
 * registers are wide.
 */
export interface Chip {
  read(offset: number, size: number): number
  write(offset: number, size: number, value: number): void
}
