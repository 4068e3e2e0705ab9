import type { GuestFailure } from './guest-language.ts'

/** Since Rust 1.73: the place first, the message on the lines after it. */
const placeFirst = /panicked at (\S+?):(\d+):(\d+):(?:\n([\s\S]*))?/
/** Before: the message in quotes, then the place. */
const messageFirst = /panicked at '([\s\S]*?)', (\S+?):(\d+):(\d+)/
/** Since 1.73 `left: 1`, before in backticks: ``left: `1`,``. */
const sides = /^\s*left: `?([\s\S]*?)`?,?\n\s*right: `?(.*?)`?:?(?:,.*)?$/m

/** The first panic message of Rust's `core` in `text` (`PanicInfo`'s Display); null when there is none. */
export function findRustPanic(text: string): GuestFailure | null {
  const old = messageFirst.exec(text)
  const found = placeFirst.exec(text)
  if (old !== null && (found === null || old.index <= found.index)) {
    return panic(old[1] ?? '', old[2] ?? '', old[3] ?? '', old[4] ?? '')
  }
  return found === null ? null : panic(found[4] ?? '', found[1] ?? '', found[2] ?? '', found[3] ?? '')
}

function panic(text: string, file: string, line: string, column: string): GuestFailure {
  const message = text.trim() || 'explicit panic'
  const location = { file, line: Number(line), column: Number(column) }
  const [, left, right] = sides.exec(message) ?? []
  if (left === undefined || right === undefined) return { message, location }
  return { message, location, left, right }
}
