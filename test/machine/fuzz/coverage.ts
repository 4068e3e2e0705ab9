import { type Bits, Decoder } from '../../../src/machine/cpu/decode/decoder.ts'
import { addressMask, codeTlb, rights, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import type { FuzzMachine, Progress } from './fuzz-machine.ts'
import { ramBytes } from './layout.ts'
import type { Program } from './program.ts'

/** How often instructions of each row of the table have retired, counted by single steps. */
export class Coverage {
  #retired = new Float64Array(rows.length)
  readonly #decoders: Readonly<Record<Bits, Decoder>> = {
    16: new Decoder(16),
    32: new Decoder(32),
    64: new Decoder(64),
  }

  /** Counts by row since the last call. */
  take(): Float64Array {
    const retired = this.#retired
    this.#retired = new Float64Array(rows.length)
    return retired
  }

  /** Like {@link FuzzMachine.run}, a unit at a time. */
  run(machine: FuzzMachine, program: Program): Progress {
    const progress: Progress = { done: 0, signals: 0, ending: null }
    const { events } = machine.cpu
    while (progress.ending === null) {
      const row = this.#rowAhead(machine)
      // Every delivery begins a chain of its own.
      const { chain } = events
      const { done } = progress
      machine.advance(program, progress, 1)
      if (row !== null && events.chain === chain && progress.done > done)
        this.#retired[row] = (this.#retired[row] ?? 0) + 1
    }
    return progress
  }

  /** The row of the instruction at RIP where the TLB knows its page, with no trace left. */
  #rowAhead({ cpu: { state: cpu, ram } }: FuzzMachine): number | null {
    const linear = BigInt.asUintN(64, cpu.u64(state.codeBase) + cpu.rip)
    const entry = codeTlb.entries + codeTlb.entryBytes * Number((linear >> 12n) % BigInt(codeTlb.count))
    if (cpu.u64(entry) !== ((linear & ~0xfffn) | cpu.u64(state.fetchesAsUser))) return null
    const page = Number(cpu.u64(entry + 8) & addressMask)
    if (page >= ramBytes) return null
    const isBig = (cpu.u32(state.segmentRights + 4 * segment.cs) & rights.big) !== 0
    const bits = cpu.is64Bit ? 64 : isBig ? 32 : 16
    const { verdict, row } = this.#decoders[bits].decode(ram, page + Number(linear & 0xfffn), page + 4096)
    return verdict === 'valid' && row ? row.id : null
  }
}
