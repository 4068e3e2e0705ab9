import { hex } from '../support/hex.ts'
import type { Activity } from './activity.ts'
import { placeText } from './describe-faults.ts'
import { type Ending, type ResetSource, statusOfExitValue } from './ending.ts'
import { explainExitValue, isPresetName, presets, successValue } from './exit-presets.ts'

/** How a run should end. `limit` without a detail takes any. */
export type Expectation =
  | { readonly kind: 'exit'; readonly value: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'limit'; readonly detail: Activity | null }
  | { readonly kind: PlainEnding }

/** Endings that are expected by their kind alone. */
export type PlainEnding = 'deadHalt' | 'hang' | 'shutdown' | 'reset' | 'tripleFault'

const plainEndings: readonly PlainEnding[] = ['deadHalt', 'hang', 'shutdown', 'reset', 'tripleFault']
const activities: readonly Activity[] = ['idle', 'busy', 'waitsForKey', 'firmware']

/** What holds where nobody says otherwise: isa-debug-exit with 0x10. */
export const success: Expectation = { kind: 'exit', value: successValue }

/** What {@link parseExpectation} understands, for usage errors. */
export const expectationForms: readonly string[] = [
  'success',
  'exit=0x10',
  'status=33',
  ...plainEndings,
  'limit',
  ...activities.map((activity) => `limit=${activity}`),
  ...Object.keys(presets),
]

/** Reads an expectation as the command line and `toExit` spell it; null where it is none. */
export function parseExpectation(text: string): Expectation | null {
  if (text === 'success') return success
  if (isPresetName(text)) return { kind: 'exit', value: presets[text].pass.value }
  const plain = plainEndings.find((kind) => kind === text)
  if (plain) return { kind: plain }
  if (text === 'limit') return { kind: 'limit', detail: null }
  const [, key, argument = ''] = /^(\w+)=(.*)$/.exec(text) ?? []
  if (key === 'limit') {
    const detail = activities.find((activity) => activity === argument)
    return detail ? { kind: 'limit', detail } : null
  }
  const number = parseNumber(argument)
  if (number === null) return null
  if (key === 'exit') return { kind: 'exit', value: number }
  if (key === 'status' && number <= 0xff) return { kind: 'status', status: number }
  return null
}

function parseNumber(text: string): number | null {
  if (!/^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) return null
  const number = Number(text)
  return number <= 0xffff_ffff ? number : null
}

/** The one decision of every surface: whether a run that ended so ended as expected. */
export function judge(ending: Ending, expectation: Expectation): boolean {
  switch (expectation.kind) {
    case 'exit':
      return ending.kind === 'exit' && ending.value === expectation.value
    case 'status':
      return ending.kind === 'exit' && ending.status === expectation.status
    case 'limit':
      return ending.kind === 'limit' && (expectation.detail === null || ending.detail === expectation.detail)
    default:
      return ending.kind === expectation.kind
  }
}

/**
 * Endings that fail a run even where nothing was expected of its ending: the guest crashed, or the engine
 * did.
 */
export function isCrash(ending: Ending): boolean {
  return ending.kind === 'tripleFault' || ending.kind === 'reset' || ending.kind === 'engineError'
}

/**
 * What to expect, as {@link parseExpectation} reads it, of a guest that means to end so; null for an exit
 * value, which has a meaning of its own, and for what no guest ends in by design.
 */
export function asExpectation(ending: Ending): string | null {
  if (ending.kind === 'limit') return `limit=${ending.detail}`
  return ending.kind === 'deadHalt' || ending.kind === 'hang' || ending.kind === 'shutdown'
    ? ending.kind
    : null
}

/** `to exit with 0x10 (status 33)`: follows "Expected the guest". */
export function describeExpectation(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'exit':
      return `to exit with ${hex(expectation.value)} (status ${statusOfExitValue(expectation.value)})`
    case 'status':
      return `to exit with status ${expectation.status}`
    case 'deadHalt':
      return 'to halt for good with interrupts off (deadHalt)'
    case 'hang':
      return 'to hang in a loop with interrupts off (hang)'
    case 'shutdown':
      return 'to power off (shutdown)'
    case 'reset':
      return 'to reset the machine (reset)'
    case 'tripleFault':
      return 'to triple-fault (tripleFault)'
    case 'limit':
      return expectation.detail === null
        ? 'to reach its time limit (limit)'
        : `to reach its time limit ${activityPhrases[expectation.detail]} (limit=${expectation.detail})`
  }
}

const activityPhrases: Readonly<Record<Activity, string>> = {
  idle: 'while it was idle',
  busy: 'while it was busy',
  waitsForKey: 'while it waited for a key',
  firmware: 'while it was still in the firmware',
}

const resetPhrases: Readonly<Record<ResetSource, string>> = {
  keyboard: 'through the keyboard controller (port 0x64)',
  cf9: 'through port 0xcf9',
  port92: 'through port 0x92',
  acpi: 'through ACPI',
  unknown: 'in a way that the engine cannot name',
}

/**
 * How a run ended, in one line that follows "The guest". An exit value other than `expected` is followed by
 * what it means in the exit-code conventions of known projects.
 */
export function describeEnding(ending: Ending, expected: Expectation = success): string {
  switch (ending.kind) {
    case 'exit': {
      const meaning = judge(ending, expected) ? null : explainExitValue(ending.value)
      const text = `exited with ${hex(ending.value)} (status ${ending.status})`
      return meaning === null ? text : `${text}; ${meaning}`
    }
    case 'shutdown':
      return ending.by === 'acpi' ? 'powered off through ACPI' : 'powered off through a port'
    case 'reset':
      return `reset the machine ${resetPhrases[ending.by]}`
    case 'tripleFault':
      return `triple-faulted${ending.rip === null ? '' : ` at ${placeText(ending.rip, ending.symbol)}`}`
    case 'deadHalt':
      return `halted for good at ${placeText(ending.rip, ending.symbol)}: HLT with interrupts off`
    case 'hang': {
      const { rip, bytes } = ending.proof
      const place = placeText(rip, ending.symbol)
      return `hung at ${place}: a loop that nothing can leave, interrupts off (bytes ${bytesText(bytes)})`
    }
    case 'limit':
      return `reached its time limit of ${seconds(ending.limitNs)} ${activityPhrases[ending.detail]}`
    case 'stopped':
      return 'has not ended: it stands where it was told to stop'
    case 'engineError':
      return `was lost when its engine failed (${ending.code}): ${ending.detail}`
  }
}

function seconds(ns: bigint): string {
  return `${Number(ns / 1_000_000n) / 1000} s`
}

function bytesText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
