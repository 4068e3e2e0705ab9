import type { Surroundings, Verdict } from '../../matchers/index.ts'
import type { Ending, EndingCause } from '../../src/observe/ending.ts'
import { powerOn } from '../../src/observe/instant.ts'
import type { OutputPort } from '../../src/observe/output.ts'
import { logOf } from '../../src/observe/output-log.ts'
import type { TextScreen } from '../../src/observe/screen.ts'

export function log(text: string) {
  return logOf(new TextEncoder().encode(text))
}

export function ended(cause: EndingCause): Ending {
  return { at: powerOn, ...cause }
}

export const exited = (value: number) =>
  ended({ kind: 'exit', port: 0xf4, value, status: ((value << 1) | 1) & 0xff })

export const outOfTime = ended({ kind: 'limit', limitNs: 30_000_000_000n, detail: 'idle' })

/** A small text screen, 40×5, light gray on black where a line does not say otherwise. */
export function smallScreen(
  lines: readonly (string | readonly [text: string, attribute: number])[],
): TextScreen {
  const [columns, rows] = [40, 5]
  const codes = new Uint8Array(columns * rows).fill(0x20)
  const attributes = new Uint8Array(columns * rows).fill(0x07)
  lines.forEach((line, row) => {
    const [text, attribute] = typeof line === 'string' ? [line, 0x07] : line
    for (let column = 0; column < text.length; column++) {
      codes[row * columns + column] = text.charCodeAt(column)
      attributes[row * columns + column] = attribute
    }
  })
  return { kind: 'text', columns, rows, codes, attributes, cursor: { row: 1, column: 0 }, blinks: true }
}

/** A guest that printed two lines, shows a greeting and stands still. */
export function around(changes: Partial<Surroundings> = {}): Surroundings {
  return {
    ending: null,
    hasRun: true,
    serial: log('Booting\r\nready\r\n'),
    screen: smallScreen(['Hello World!']),
    failFast: null,
    ...changes,
  }
}

export function output(text: string, cursor = 0, port: OutputPort = 'com1') {
  return { port, log: log(text), cursor }
}

/** The message of a failed assertion. */
export function failure({ pass, message }: Verdict, negated = false): string {
  if (pass !== negated) throw new Error('the assertion passed')
  return message()
}
