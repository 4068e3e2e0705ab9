import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BootPlan } from '../../boot/plan.ts'
import type { EndingCause } from '../../observe/ending.ts'
import { deathEnding, type EndReason, exitEnding, exitValue } from './end-reason.ts'
import { captureLastState, type LastState, nothingLeft } from './last-state.ts'
import { fileNames } from './layout.ts'
import type { LiveQemu } from './live-qemu.ts'
import type { ProcessEnd } from './process.ts'
import { resetSource } from './reset-source.ts'
import { type KeptMemory, keepMemory } from './shared-memory.ts'

/** A run that is over. */
export interface Conclusion {
  readonly cause: EndingCause
  /** How the machine looked then. */
  readonly last: Promise<LastState>
  /** The guest's memory, where QEMU is gone and left it. */
  readonly memory: KeptMemory | null
}

/** Finds out how a run ended and keeps what can be kept of its machine. Rejects only when QEMU dies meanwhile. */
export async function concludeRun(live: LiveQemu, plan: BootPlan, reason: EndReason): Promise<Conclusion> {
  switch (reason.by) {
    case 'exitByte':
      return standing(live, exitEnding(plan.ports.exit?.port ?? 0, reason.value))
    case 'verdict':
      return standing(live, reason.cause)
    case 'shutdown':
      return concludeShutdown(live, plan, reason.reason)
    case 'death':
      return concludeDeath(live, plan, reason.silent)
  }
}

/** QEMU is still there: what is read next is read while the caller goes on. */
function standing(live: LiveQemu, cause: EndingCause): Conclusion {
  return { cause, last: captureLastState(live.monitor, live.process.directory), memory: null }
}

async function concludeShutdown(live: LiveQemu, plan: BootPlan, reason: string): Promise<Conclusion> {
  if (reason === 'guest-reset') {
    const source = resetSource(readFileSync(join(live.process.directory, fileNames.resetLog), 'latin1'))
    if (source !== 'tripleFault') return standing(live, { kind: 'reset', by: source })
    const conclusion = standing(live, { kind: 'tripleFault', rip: null, chain: [] })
    const rip = (await conclusion.last).registers?.[0]?.rip ?? null
    return { ...conclusion, cause: { kind: 'tripleFault', rip, chain: [] } }
  }
  const shutdown: EndingCause = { kind: 'shutdown', by: 'acpi' }
  if (plan.ports.exit === null) return standing(live, shutdown)
  // isa-debug-exit and a power-off look the same until QEMU ends and its status tells them apart.
  const last = await captureLastState(live.monitor, live.process.directory)
  const memory = await keepMemory(live.monitor, live.process, plan.machine)
  live.monitor.execute('quit').catch(() => {})
  const { code } = await live.process.ended
  const isExit = code !== null && (code & 1) === 1
  const rax = last.registers?.[0]?.rax ?? null
  const cause = isExit ? exitEnding(plan.ports.exit.port, exitValue(code, rax)) : shutdown
  return { cause, last: Promise.resolve(last), memory }
}

/**
 * The real isa-debug-exit ends a QEMU before 9.1 with its status and without a word. QEMU's own errors have status 1 too,
 * but words.
 */
async function concludeDeath(live: LiveQemu, plan: BootPlan, silent: boolean): Promise<Conclusion> {
  const end = await live.process.ended
  const said = live.process.standardError()
  const exit = plan.ports.exit
  const cause =
    exit !== null && live.resumed && isExitStatus(end) && said === ''
      ? exitEnding(exit.port, exitValue(end.code ?? 0, null))
      : deathEnding(end, silent, said)
  return { cause, last: Promise.resolve(nothingLeft), memory: null }
}

function isExitStatus(end: ProcessEnd): boolean {
  return end.code !== null && (end.code & 1) === 1
}
