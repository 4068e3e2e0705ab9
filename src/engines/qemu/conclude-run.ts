import { join } from 'node:path'
import type { BootPlan } from '../../boot/plan.ts'
import { type EndingCause, statusOfExitValue } from '../../observe/ending.ts'
import { deathEnding, type EndReason } from './end-reason.ts'
import { captureLastState, type LastState, nothingLeft } from './last-state.ts'
import { fileNames } from './layout.ts'
import type { LiveQemu } from './live-qemu.ts'
import { GuestMemory } from './memory.ts'
import { readTail } from './read-tail.ts'
import { isBehindReset, resetSource } from './reset-source.ts'

/** A run that is over. */
export interface Conclusion {
  readonly cause: EndingCause
  /** How the machine looked then: being read while the caller goes on. */
  readonly last: Promise<LastState>
}

/** Finds out how a run ended, and begins to read what its machine looked like. */
export async function concludeRun(live: LiveQemu, plan: BootPlan, reason: EndReason): Promise<Conclusion> {
  if (reason.by === 'death') {
    const cause = deathEnding(await live.process.ended, reason.silent, live.process.standardError())
    return { cause, last: Promise.resolve(nothingLeft) }
  }
  const last = captureLastState(live)
  const cause = causeOf(live, plan, reason)
  if (cause.kind !== 'tripleFault') return { cause, last }
  const [registers] = (await last).registers ?? []
  if (registers && (await isBehindReset(registers, new GuestMemory(live.monitor, live.qtest))))
    return { cause: { kind: 'reset', by: 'cf9' }, last }
  // QEMU leaves RIP at the instruction that could not go on.
  return { cause: { ...cause, rip: registers?.rip ?? null }, last }
}

function causeOf(live: LiveQemu, plan: BootPlan, reason: Exclude<EndReason, { by: 'death' }>): EndingCause {
  if (reason.by === 'verdict') return reason.cause
  if (reason.by === 'exitByte') {
    const { value } = reason
    return { kind: 'exit', port: plan.ports.exit?.port ?? 0, value, status: statusOfExitValue(value) }
  }
  if (reason.reason !== 'guest-reset') return { kind: 'shutdown', by: 'acpi' }
  const source = resetSource(readTail(join(live.process.directory, fileNames.resetLog)))
  return source === 'tripleFault' ? { kind: source, rip: null, chain: [] } : { kind: 'reset', by: source }
}
