import type { MessagePort } from 'node:worker_threads'
import type { BootPlan } from '../boot/plan.ts'
import type { AddressSpaceKind, Capability, EngineName } from '../engines/engine.ts'
import type { StopWhen } from '../observe/condition.ts'
import type { MachineEvent } from '../observe/event.ts'
import type { InputEvent } from '../observe/input.ts'
import type { Instant } from '../observe/instant.ts'
import type { BadSectors, MediumState } from '../observe/medium-state.ts'
import type { Recording } from '../observe/recording.ts'
import type { Registers } from '../observe/registers.ts'
import type { GraphicsScreen, Screen } from '../observe/screen.ts'
import type { Stop } from '../observe/stop.ts'
import type { TimelineEvent } from '../observe/timeline.ts'
import { KernelTestError, type PlainError } from '../support/errors.ts'

/**
 * What a session and its machine in a worker thread tell each other. Everything goes over one port, in order:
 * when the answer to a `run` arrives, all that the guest printed until then has arrived before it.
 */

/** The task that a pool thread is given: one machine, from power-on until it is closed. */
export interface MachineTask {
  readonly port: MessagePort
  readonly engine: EngineName
  readonly plan: BootPlan
}

/** What runs in the thread; `beforeGone` as `serveMachine` calls it. */
export type ServeTask = (task: MachineTask, beforeGone: () => void) => Promise<void>

/** A call of `Machine`, as data. */
export type MachineCall =
  | { readonly call: 'run'; readonly until: StopWhen }
  | { readonly call: 'now' }
  | { readonly call: 'registers'; readonly cpu: number }
  | {
      readonly call: 'read'
      readonly space: AddressSpaceKind
      readonly address: bigint
      readonly length: number
    }
  | {
      readonly call: 'write'
      readonly space: AddressSpaceKind
      readonly address: bigint
      readonly bytes: Uint8Array
    }
  | { readonly call: 'screen' }
  | { readonly call: 'frame' }
  | { readonly call: 'timeline' }
  | { readonly call: 'input'; readonly event: InputEvent }
  | { readonly call: 'changeMedium'; readonly drive: string; readonly path: string | null }
  | { readonly call: 'medium'; readonly drive: string }
  | { readonly call: 'readMedium'; readonly drive: string; readonly at: number; readonly length: number }
  | { readonly call: 'failReads'; readonly drive: string; readonly bad: readonly BadSectors[] }
  | { readonly call: 'close' }

/** What each call answers. */
export interface CallResults {
  run: Stop
  now: Instant
  registers: Registers
  read: Uint8Array
  write: undefined
  screen: Screen
  frame: GraphicsScreen
  timeline: readonly TimelineEvent[]
  input: undefined
  changeMedium: undefined
  medium: MediumState | null
  readMedium: Uint8Array
  failReads: undefined
  close: Recording
}

/**
 * Every request gets exactly one `result` or `failure` with its id. `close` overtakes a call that is under
 * way.
 */
export type Request = MachineCall & { readonly id: number }

export type WorkerMessage =
  /** First of all messages, unless the first is `refused`. */
  | { readonly kind: 'opened'; readonly capabilities: readonly Capability[] }
  | { readonly kind: 'refused'; readonly failure: PlainFailure }
  | { readonly kind: 'event'; readonly event: MachineEvent }
  | { readonly kind: 'result'; readonly id: number; readonly value: CallResults[keyof CallResults] }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: PlainFailure }

/** An error on its way between threads: structured cloning drops the fields of an Error. */
export type PlainFailure =
  | { readonly known: PlainError }
  | { readonly message: string; readonly stack: string | undefined }

export function toPlainFailure(error: unknown): PlainFailure {
  if (error instanceof KernelTestError) return { known: error.toPlain() }
  if (error instanceof Error) return { message: error.message, stack: error.stack }
  return { message: String(error), stack: undefined }
}

export function fromPlainFailure(failure: PlainFailure): Error {
  if ('known' in failure) return KernelTestError.fromPlain(failure.known)
  const error = new Error(failure.message)
  if (failure.stack !== undefined) error.stack = failure.stack
  return error
}
