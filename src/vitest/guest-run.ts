import type { OutputLog } from '../observe/output-log.ts'
import type { Screen } from '../observe/screen.ts'
import type { RunEnd } from './guest-languages/guest-language.ts'

/** What a run leaves behind, for a failed test. */
export interface GuestRemains {
  readonly serial: OutputLog
  readonly screen: Screen | null
}

/** Boots an image once, to its end. */
export type GuestRunner = (run: {
  /** Its reason is an Error whose message follows "The guest". */
  readonly signal: AbortSignal
  /** Text of the port with the test protocol, CR LF as a line feed. */
  readonly onText: (text: string, atNs: bigint) => void
}) => Promise<GuestRemains & { readonly end: RunEnd }>
