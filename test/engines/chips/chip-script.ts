import { readFileSync } from 'node:fs'
import { kernel } from '../../kernels/build.ts'

type Steps = readonly number[]

/** Counts of the PM timer in a microsecond, about. */
const countsPerMicrosecond = 3.579545

/** Steps of `chip-driver.asm`. */
export const out = (port: number, ...values: readonly number[]): Steps =>
  values.flatMap((value) => [1, 1, port, value])
export const outWord = (port: number, value: number): Steps => [1, 2, port, value]
export const outDoubleWord = (port: number, value: number): Steps => [1, 4, port, value]
/** Told, but for bits that are not in the mask. */
export const tell = (port: number, mask = 0xff): Steps => [2, 1, port, mask]
export const tellWord = (port: number, mask = 0xffff): Steps => [2, 2, port, mask]
export const tellDoubleWord = (port: number, mask = 0xffff_ffff): Steps => [2, 4, port, mask]
/** Read and not told. */
export const discard = (port: number, count = 1): Steps => [3, 1, port, count]
export const discardWords = (port: number, count: number): Steps => [3, 2, port, count]
/** Polls until the masked bits are so. */
export const until = (port: number, mask: number, value: number): Steps => [4, port, mask, value]
export const wait = (microseconds: number): Steps => [5, Math.ceil(microseconds * countsPerMicrosecond)]
/** Lets interrupts in for a moment. */
export const open: Steps = [6, 0]
/** Lets interrupts in until there were so many since the last that were told. */
export const interrupts = (count: number): Steps => [6, count]
/** Tells the vectors that came. */
export const vectors: Steps = [7]
export const handlerEnds = (does: boolean): Steps => [8, does ? 1 : 0]
export const store = (address: number, value: number): Steps => [9, address, value]
export const load = (address: number, mask = 0xffff_ffff): Steps => [10, address, mask]
export const copy = (from: number, to: number, bytes: number): Steps => [14, from, to, bytes]
/** Counts of the PM timer from one rising edge to the last of so many behind it. */
export const edges = (port: number, mask: number, count: number): Steps => [11, port, mask, count]
/** Time stamp counter, PM timer, counter 0 of the PIT, count of the APIC timer. */
export const clocks: Steps = [12]

/** What the guest says when it waits for a byte on COM1, as it has something done by hand. */
export const atPause = '|'
export const pause = [
  ...out(0xe9, atPause.charCodeAt(0)),
  ...until(0x3fd, 1, 1),
  ...discard(0x3f8),
] satisfies Steps

const lineEnd: Steps = [13]
const exit: Steps = [0]

/** Flat 32-bit code for 1 MiB that does these steps, tells each row in a line, and exits. */
export function chipDriver(rows: readonly Steps[]): readonly number[] {
  const words = [...rows.flatMap((row) => [...row, ...lineEnd]), ...exit]
  return [...readFileSync(kernel('chip-driver')), ...new Uint8Array(Uint32Array.from(words).buffer)]
}
