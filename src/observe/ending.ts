import type { Activity } from './activity.ts'
import type { Condition } from './condition.ts'
import type { Instant } from './instant.ts'

/**
 * Why a run is over: a closed set. `limit` and `stopped` are made by the session, all others by an engine.
 * `symbol`: the place in the image where the CPU stood, as `kernel_main+0x12`, where it has a name.
 */
export type Ending = { readonly at: Instant; readonly symbol?: string } & EndingCause

export type EndingCause =
  | ExitEnding
  | { readonly kind: 'shutdown'; readonly by: 'acpi' | 'port' }
  | { readonly kind: 'reset'; readonly by: ResetSource }
  | { readonly kind: 'tripleFault'; readonly rip: bigint | null; readonly chain: readonly FaultRecord[] }
  /** `rip`: of the HLT. */
  | { readonly kind: 'deadHalt'; readonly rip: bigint }
  | { readonly kind: 'hang'; readonly proof: HangProof }
  | { readonly kind: 'limit'; readonly limitNs: bigint; readonly detail: LimitDetail }
  | { readonly kind: 'stopped'; readonly condition: Condition }
  | { readonly kind: 'engineError'; readonly code: string; readonly detail: string }

/**
 * The guest wrote `value` to the isa-debug-exit port. `status` is what QEMU's process would return for it.
 */
export interface ExitEnding {
  readonly kind: 'exit'
  readonly port: number
  readonly value: number
  readonly status: number
}

/** `unknown`: the engine saw a reset but cannot say which of the ways it came by. */
export type ResetSource = 'keyboard' | 'cf9' | 'port92' | 'acpi' | 'unknown'

/** `idle`: halted with interrupts on. `firmware`: the guest never left the firmware. */
export type LimitDetail = Activity

/** One fault on the way to a triple fault, with the step of its delivery that failed. */
export interface FaultRecord {
  readonly vector: number
  /** It is an INT instruction's, as `int 0x10`, and no exception. */
  readonly isSoftware?: boolean
  /** Null where the exception has none. */
  readonly errorCode: number | null
  readonly rip: bigint
  /** Where that is in the image, as `kernel_main+0x12`: engines don't know it. */
  readonly symbol?: string
  /** Of a page fault: the address that was accessed. */
  readonly cr2: bigint | null
  /** Null: it was not the last step of a delivery, see what follows it. */
  readonly failedStep: string | null
}

/** The loop that the guest can never leave, with interrupts off: its bytes, from `rip`. */
export interface HangProof {
  readonly rip: bigint
  readonly bytes: Uint8Array
}

/**
 * The exit status of a QEMU process whose guest wrote `value` to isa-debug-exit (QEMU hw/misc/debugexit.c).
 */
export function statusOfExitValue(value: number): number {
  return ((value << 1) | 1) & 0xff
}
