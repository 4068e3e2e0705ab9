import { describeFaults } from '../observe/describe-faults.ts'
import type { Ending } from '../observe/ending.ts'
import {
  asExpectation,
  describeEnding,
  describeExpectation,
  type Expectation,
  judge,
} from '../observe/expectation.ts'
import type { OutputPort } from '../observe/output.ts'
import { openSession } from '../session/boot.ts'
import type { BootOptions } from '../session/boot-options.ts'
import type { Remains } from './attachments.ts'
import type { RunEnd } from './guest-languages/guest-language.ts'

/** Boots an image once, to its end. */
export type GuestRunner = (run: {
  /** Its reason is an Error whose message follows "The guest". */
  readonly signal: AbortSignal
  /** Text of the port with the test protocol, CR LF as a line feed. */
  readonly onText: (text: string, atNs: bigint) => void
}) => Promise<{ readonly remains: Remains; readonly end: RunEnd }>

export interface GuestOptions {
  readonly boot: BootOptions
  /** From where their paths are seen. */
  readonly root: string
  /** How a run ends whose tests all passed. */
  readonly expectation: Expectation
  /** Where the guest tells of its tests. */
  readonly port: OutputPort
}

/** Machines come from the pool of this process. */
export function guestRunner(image: string, { boot, root, expectation, port }: GuestOptions): GuestRunner {
  return async ({ signal, onText }) => {
    const session = await openSession(image, boot, {
      signal,
      root,
      onEvent: (event, text) => {
        if (event.kind === 'output' && event.port === port && text !== '') onText(text, event.at.ns)
      },
    })
    try {
      const ending = await session.end()
      const { screen, outputs } = await session.close()
      const asExpected = judge(ending, expectation)
      const stopped = signal.reason instanceof Error ? signal.reason.message : null
      return {
        remains: { serial: outputs.get(port) ?? { bytes: new Uint8Array(), text: '' }, screen },
        end: {
          atNs: ending.at.ns,
          asExpected: stopped === null && asExpected,
          description: stopped ?? describeEnding(ending, expectation),
          faults: stopped === null ? describeFaults(ending) : '',
          expected: stopped === null && !asExpected ? shouldHave(ending, expectation) : '',
        },
      }
    } finally {
      await session.close()
    }
  }
}

function shouldHave(ending: Ending, expectation: Expectation): string {
  const expected = `Expected it ${describeExpectation(expectation)}.`
  const meant = asExpectation(ending)
  if (meant === null) return expected
  return `${expected}\nIf it is meant to end so: kernelProject({ expect: '${meant}', … }).`
}
