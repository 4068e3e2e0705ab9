import { GrowingBytes } from './growing-bytes.ts'
import { GrowingText, type SliceableText } from './growing-text.ts'
import { TerminalText } from './terminal-text.ts'

/**
 * What a guest printed on one port. `bytes` is everything as it came; `text` is the same with CR LF as a line
 * feed, escape sequences taken out and UTF-8 decoded. Both only ever grow, so a position in `text` stays
 * valid: a cursor.
 */
export interface OutputLog {
  readonly bytes: Uint8Array
  readonly text: string
}

/** An {@link OutputLog} that is being written. */
export class OutputLogBuilder implements OutputLog {
  readonly #bytes = new GrowingBytes()
  readonly #text = new GrowingText()
  readonly #terminal = new TerminalText()

  get bytes(): Uint8Array {
    return this.#bytes.bytes
  }

  get text(): string {
    return this.#text.toString()
  }

  /** The same text, for searches: reading a part of it after each append does not copy the whole. */
  get sliceable(): SliceableText {
    return this.#text
  }

  /** Adds bytes as they came and answers the text they added; cutting them elsewhere gives the same text. */
  append(bytes: Uint8Array): string {
    this.#bytes.append(bytes)
    const text = this.#terminal.resolve(bytes)
    this.#text.append(text)
    return text
  }
}

/** The log of exactly these bytes. */
export function logOf(bytes: Uint8Array): OutputLog {
  const builder = new OutputLogBuilder()
  builder.append(bytes)
  return { bytes: builder.bytes, text: builder.text }
}

/**
 * The lines of a resolved text, without their ends. A last line without an end counts; an empty one does not.
 */
export function linesOfText(text: string): readonly string[] {
  const lines = text.split(/[\n\r]/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** The last `count` lines, without blank ones at the end. */
export function lastLines(text: string, count: number): readonly string[] {
  return linesOfText(text.trimEnd()).slice(-count)
}
