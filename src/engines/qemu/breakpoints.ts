import type { Registers } from '../../observe/registers.ts'
import type { GdbClient } from './gdb-client.ts'
import type { Monitor } from './monitor.ts'
import { readRegisters } from './registers.ts'

/** A CPU stands at a breakpoint: it has not yet executed the instruction there. */
export interface BreakpointHit {
  readonly linear: bigint
  readonly cpu: number
}

/**
 * Stops the machine at linear addresses. One use is: `arm` while the machine stands still, QMP `cont`, wait
 * for the QMP event STOP (a hit makes it, as everything else that stops a machine), `hit` to know whether it
 * was a breakpoint, `disarm`, always, before the machine runs on or anything else is done. A machine does not
 * get past an armed one.
 */
export class Breakpoints {
  readonly #monitor: Monitor
  readonly #gdb: GdbClient
  #armed: readonly bigint[] = []

  constructor(monitor: Monitor, gdb: GdbClient) {
    this.#monitor = monitor
    this.#gdb = gdb
  }

  /**
   * A CPU that stands at one of `addresses` already is taken one instruction further, so that the next
   * arrival is what is hit; QMP tells RESUME and STOP for that before this call is over.
   */
  async arm(addresses: Iterable<bigint>): Promise<void> {
    const wanted = [...new Set(addresses)]
    if (wanted.length === 0) return
    const standing = standingAt(wanted, await readRegisters(this.#monitor))
    for (const { cpu } of standing) await this.#gdb.step(cpu)
    // Events come before the answer to a later command.
    if (standing.length > 0) await this.#monitor.execute('query-status')
    this.#armed = wanted
    for (const linear of wanted) await this.#gdb.insertBreakpoint(linear)
  }

  /** Null: the machine stopped for another reason. */
  async hit(): Promise<BreakpointHit | null> {
    if (this.#armed.length === 0) return null
    const status = await this.#monitor.execute('query-status')
    if (!isStoppedByStub(status)) return null
    return standingAt(this.#armed, await readRegisters(this.#monitor))[0] ?? null
  }

  async disarm(): Promise<void> {
    const armed = this.#armed
    this.#armed = []
    for (const linear of armed) await this.#gdb.removeBreakpoint(linear)
  }
}

/**
 * The CPUs whose next instruction is at one of `addresses`. A halted one comes back from an interrupt first.
 */
function standingAt(addresses: readonly bigint[], cpus: readonly Registers[]): readonly BreakpointHit[] {
  return cpus.flatMap((registers, cpu) => {
    const linear = BigInt.asUintN(64, registers.cs.base + registers.rip)
    return !registers.halted && addresses.includes(linear) ? [{ linear, cpu }] : []
  })
}

function isStoppedByStub(status: unknown): boolean {
  return typeof status === 'object' && status !== null && 'status' in status && status.status === 'debug'
}
