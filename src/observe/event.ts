import type { Ending } from './ending.ts'
import type { Instant } from './instant.ts'
import type { OutputPort } from './output.ts'

/** What a machine tells while it runs, in order. */
export type MachineEvent =
  | { readonly kind: 'output'; readonly port: OutputPort; readonly bytes: Uint8Array; readonly at: Instant }
  | { readonly kind: 'ending'; readonly ending: Ending }
  /** A remark for a person: a loader's note, a warning of the engine. */
  | { readonly kind: 'note'; readonly text: string }

export type EventSink = (event: MachineEvent) => void
