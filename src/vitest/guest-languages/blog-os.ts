import type { GuestEvent, GuestFailure, GuestLanguage, GuestParser, RunEnd } from './guest-language.ts'
import { findRustPanic } from './rust-panic.ts'

/**
 * The language of the blog "Writing an OS in Rust" (chapter Testing) and of the many kernels that followed
 * it: `Running N tests`, then for each test its name, `...`, a tab, and `[ok]`; or `[failed]` and the panic
 * message.
 */
export const blogOs: GuestLanguage = { name: 'blog_os', parser: () => new BlogOsParser() }

/** What only this language prints; for recognizing it. */
export const blogOsEvidence = /^Running \d+ tests?\n|^\S+\.\.\.\t/m

const plan = /^Running (\d+) tests?$/
const begin = /^(\S+?)\.\.\.\t/
const verdict = /\[(ok|failed)\]$/

/** A longer line is passed on in parts, in UTF-16 units. */
const longestLine = 8192
const longestVerdict = '[failed]'.length

/** Of the output of a failing test, in UTF-16 units, that is looked at for a panic message. */
const panicWindow = 16_384

class BlogOsParser implements GuestParser {
  /** The line that is being printed; its start was passed on already when `#midLine`. */
  #line = ''
  #midLine = false
  #planned = 0
  #seen = 0
  #anyFailed = false
  /** What the open test printed; null when none is open. */
  #output: string | null = null
  #saidFailed = false
  #atNs = 0n

  feed(text: string, atNs: bigint): readonly GuestEvent[] {
    this.#atNs = atNs
    const events: GuestEvent[] = []
    const pieces = text.split('\n')
    pieces.forEach((piece, index) => {
      this.#line += piece
      this.#beginTest(events)
      if (index < pieces.length - 1) this.#endLine(events)
      else if (this.#line.length > longestLine) this.#passOn(events)
    })
    return events
  }

  finish(end: RunEnd): readonly GuestEvent[] {
    this.#atNs = end.atNs
    const events: GuestEvent[] = []
    if (this.#line !== '') this.#endLine(events)
    if (this.#output !== null)
      this.#endTest(events, this.#failure(withFaults(`The guest ${end.description} during this test.`, end)))
    return [...events, ...this.#missing(end)]
  }

  #missing(end: RunEnd): readonly GuestEvent[] {
    const { atNs } = end
    const count = this.#planned - this.#seen
    if (count > 0 && this.#anyFailed) {
      const reason = `the guest ${end.description}`
      return [{ kind: 'notRun', count, reason, atNs }]
    }
    if (this.#anyFailed || (count <= 0 && end.asExpected)) return []
    let message = `All tests passed, but then the guest ${end.description}.\n${end.expected}`.trim()
    if (count > 0) message = `The guest ${end.description} after ${this.#seen} of ${this.#planned} tests.`
    else if (this.#seen === 0) message = `The guest ${end.description} before any test began.`
    return [{ kind: 'runFailed', failure: { message: withFaults(message, end) }, atNs }]
  }

  /** A test begins as soon as its name and the tab are there, in the middle of a line. */
  #beginTest(events: GuestEvent[]): void {
    const name = this.#midLine ? null : begin.exec(this.#line)
    if (name === null) return
    if (this.#output !== null)
      this.#endTest(events, this.#failure('The guest began the next test without saying [ok].'))
    events.push({ kind: 'begin', name: name[1] ?? '', atNs: this.#atNs })
    this.#seen++
    this.#output = ''
    this.#line = this.#line.slice(name[0].length)
  }

  #endLine(events: GuestEvent[]): void {
    const line = this.#line
    const planned = this.#midLine || this.#output !== null ? null : plan.exec(line)
    this.#line = ''
    this.#midLine = false
    if (planned !== null) {
      this.#planned += Number(planned[1])
      return
    }
    const said = this.#output === null || this.#saidFailed ? null : verdict.exec(line)
    this.#print(events, said === null ? `${line}\n` : line.slice(0, said.index))
    if (said?.[1] === 'ok') this.#endTest(events, null)
    if (said?.[1] === 'failed') this.#saidFailed = true
  }

  /** All of an overlong line but its end, where a verdict may be growing. */
  #passOn(events: GuestEvent[]): void {
    this.#print(events, this.#line.slice(0, -longestVerdict))
    this.#line = this.#line.slice(-longestVerdict)
    this.#midLine = true
  }

  #print(events: GuestEvent[], text: string): void {
    if (text === '') return
    events.push({ kind: 'output', text, atNs: this.#atNs })
    if (this.#output !== null) this.#output = (this.#output + text).slice(-panicWindow)
  }

  #endTest(events: GuestEvent[], failure: GuestFailure | null): void {
    const atNs = this.#atNs
    if (failure === null) events.push({ kind: 'end', state: 'pass', atNs })
    else events.push({ kind: 'end', state: 'fail', failure, atNs })
    if (failure !== null) this.#anyFailed = true
    this.#output = null
    this.#saidFailed = false
  }

  /** Why the open test failed: what it said itself, or else `otherwise`. */
  #failure(otherwise: string): GuestFailure {
    const output = this.#output ?? ''
    const panic = findRustPanic(output)
    if (panic !== null) return panic
    if (this.#saidFailed) return { message: output.trim() || 'The test said [failed] and no more.' }
    return { message: otherwise }
  }
}

function withFaults(message: string, { faults }: RunEnd): string {
  return faults === '' ? message : `${message}\n${faults}`
}
