import type { FlagSlot } from '../semantics/target.ts'
import { state } from '../state-layout.ts'
import { type Expression, load } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'

const flagSlots: readonly FlagSlot[] = ['flagSign', 'flagZero', 'flagCarries']

/** Registers and lazy flags of a region, in locals: loaded on entry, written back on leaving. */
export class RegionState {
  /** A copy of `state.bank`: whatever changes it leaves the region. */
  readonly bank: Local
  readonly #f: FunctionBuilder
  readonly #registers: readonly Local[]
  readonly #flags: ReadonlyMap<FlagSlot, Local>

  constructor(f: FunctionBuilder) {
    this.#f = f
    this.#registers = Array.from({ length: 16 }, (_, index) =>
      f.let(load('i64.load', 0, state.registers + 8 * index)),
    )
    this.bank = f.let(load('i32.load', 0, state.bank))
    this.#flags = new Map(flagSlots.map((slot) => [slot, f.let(load('i64.load', 0, state[slot]))]))
  }

  register(number: number): Expression {
    return this.#local(number)
  }

  setRegister(number: number, value: Expression): void {
    this.#f.set(this.#local(number), value)
  }

  flags(slot: FlagSlot): Expression {
    return this.#flags.get(slot) ?? load('i64.load', 0, state[slot])
  }

  setFlags(slot: FlagSlot, value: Expression): void {
    const local = this.#flags.get(slot)
    if (local) this.#f.set(local, value)
  }

  writeBack(): void {
    this.#registers.forEach((local, index) => {
      this.#f.store('i64.store', 0, local, state.registers + 8 * index)
    })
    for (const [slot, local] of this.#flags) this.#f.store('i64.store', 0, local, state[slot])
  }

  #local(number: number): Local {
    const local = this.#registers[number]
    if (!local) throw new Error(`there is no register ${number}`)
    return local
  }
}
