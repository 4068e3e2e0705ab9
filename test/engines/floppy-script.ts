import { readFileSync } from 'node:fs'
import { kernel } from '../kernels/build.ts'

const word = (value: number) => [value & 0xff, value >> 8]

/** Steps of `floppy-driver.asm`. */
export const floppyStep = {
  write: (port: number, value: number) => [1, ...word(port), value],
  tell: (port: number) => [2, ...word(port)],
  command: (...bytes: readonly number[]) => [3, bytes.length, ...bytes],
  interrupt: [4],
  result: [5],
  /** Bytes from the start of the buffer. */
  dma: (mode: 'toMemory' | 'fromMemory', bytes: number) => [
    6,
    mode === 'toMemory' ? 0x46 : 0x4a,
    ...word(bytes),
  ],
  fill: (value: number) => [7, value],
  checksum: (bytes: number) => [8, ...word(bytes)],
  moveData: [9],
  /** Puts bytes where the buffer begins. */
  put: (bytes: readonly number[]) => [11, ...word(bytes.length), ...bytes],
  lineEnd: [10],
} as const

/** Flat 32-bit code for 1 MiB: a floppy driver that does these steps, each row told in a line, and exits. */
export function floppyDriver(rows: readonly (readonly number[])[]): readonly number[] {
  const script = rows.flatMap((row) => [...row, ...floppyStep.lineEnd])
  return [...readFileSync(kernel('floppy-driver')), ...script, 0]
}

/** What the driver makes of bytes in its buffer. */
export function checksumOf(bytes: Uint8Array): string {
  let sum = 0
  for (const byte of bytes) sum = Math.imul(sum, 31) + byte
  return (sum >>> 0).toString(16).padStart(8, '0')
}

/** What the driver fills its buffer with. */
export function filledWith(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => value + at + 6 * (at >> 8))
}
