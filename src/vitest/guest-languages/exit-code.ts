import type { GuestEvent, GuestLanguage, GuestParser, RunEnd } from './guest-language.ts'
import { findRustPanic } from './rust-panic.ts'

/** The image is one test, which passes when the run ends as expected. */
export const exitCode: GuestLanguage = {
  name: 'exitCode',
  tests: ['ends as expected'],
  parser: () => new ExitCodeParser(),
}

/** Of the end of the output, in UTF-16 units, that is looked at for a panic message. */
const panicWindow = 16_384

class ExitCodeParser implements GuestParser {
  #begun = false
  #output = ''

  feed(text: string, atNs: bigint): readonly GuestEvent[] {
    this.#output = (this.#output + text).slice(-panicWindow)
    return [...this.#begin(), { kind: 'output', text, atNs }]
  }

  finish(end: RunEnd): readonly GuestEvent[] {
    const { atNs } = end
    const began = this.#begin()
    if (end.asExpected) return [...began, { kind: 'end', state: 'pass', atNs }]
    const panic = findRustPanic(this.#output)
    const lines = [panic?.message ?? '', `The guest ${end.description}.`, end.faults, end.expected]
    const message = lines.filter((line) => line !== '').join('\n')
    return [...began, { kind: 'end', state: 'fail', failure: { ...panic, message }, atNs }]
  }

  /** The test takes from power-on to the end. */
  #begin(): readonly GuestEvent[] {
    if (this.#begun) return []
    this.#begun = true
    return [{ kind: 'begin', name: 'ends as expected', atNs: 0n }]
  }
}
