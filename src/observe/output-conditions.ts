import type { Condition } from './condition.ts'
import { findInText } from './match.ts'
import type { OutputPort } from './output.ts'
import { OutputLogBuilder } from './output-log.ts'
import type { TextMatch } from './stop.ts'

/** A condition that has come true: its index in `StopWhen.any`, and where the text matched. */
export interface MetCondition {
  readonly index: number
  readonly match?: TextMatch
}

interface Waiting {
  readonly index: number
  readonly condition: Extract<Condition, { on: 'output' }>
  /** Prefixes of the text up to this length were tried already; undefined: none was. */
  scannedTo: number | undefined
}

/** What every port of one machine has printed, and the conditions that wait for it. */
export class OutputConditions {
  readonly #logs = new Map<OutputPort, OutputLogBuilder>()
  #waiting: readonly Waiting[] = []

  append(port: OutputPort, bytes: Uint8Array): void {
    this.#log(port).append(bytes)
  }

  /** Replaces the conditions; those on other things are passed over. */
  wait(conditions: readonly Condition[]): void {
    this.#waiting = conditions.flatMap((condition, index) =>
      condition.on === 'output' ? [{ index, condition, scannedTo: undefined }] : [],
    )
  }

  /** Whether a condition depends on what is printed there. */
  waitsFor(port: OutputPort): boolean {
    return this.#waiting.some(({ condition }) => condition.port === port)
  }

  /**
   * The condition on `port`, or on any port, that was first met: on one port, the one with the shortest text.
   */
  met(port: OutputPort | null = null): MetCondition | null {
    let first: Required<MetCondition> | null = null
    for (const waiting of this.#waiting) {
      if (port !== null && waiting.condition.port !== port) continue
      const match = this.#find(waiting)
      if (match && (!first || match.end < first.match.end)) first = { index: waiting.index, match }
    }
    return first
  }

  #find(waiting: Waiting): TextMatch | null {
    const { condition, scannedTo } = waiting
    const text = this.#log(condition.port).sliceable
    const match = findInText(text, condition.from, condition.pattern, scannedTo)
    if (match === null) waiting.scannedTo = text.length
    return match
  }

  #log(port: OutputPort): OutputLogBuilder {
    const known = this.#logs.get(port)
    if (known) return known
    const log = new OutputLogBuilder()
    this.#logs.set(port, log)
    return log
  }
}
