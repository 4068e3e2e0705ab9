/**
 * What is in a drive: sectors of a fixed size. Reading and writing take no time and cannot fail; where the
 * bytes live,
 * and that a user's file is never written, is the business of whoever makes one.
 */
export interface Medium {
  readonly sectorBytes: 512 | 2048
  readonly sectors: number
  readonly isWritable: boolean
  /** Bytes of `count` sectors from `first` on, all of them inside the medium. */
  read(first: number, count: number): Uint8Array
  /** Whole sectors from `first` on, all of them inside the medium. */
  write(first: number, bytes: Uint8Array): void
}
