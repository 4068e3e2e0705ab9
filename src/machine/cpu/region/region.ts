import { invariant } from '../../../support/invariant.ts'
import { importModule } from '../interpreter/import-module.ts'
import { variantOf } from '../interpreter/variants.ts'
import { Operations } from '../semantics/operations.ts'
import { semantics } from '../semantics/semantics.ts'
import { state } from '../state-layout.ts'
import { instructionName } from '../table/row.ts'
import { op } from '../wasm/expression.ts'
import type { FunctionBuilder, Label, Local } from '../wasm/function-builder.ts'
import { ModuleBuilder } from '../wasm/module-builder.ts'
import { RegionState } from './region-state.ts'
import { type Placed, RegionTarget } from './region-target.ts'

/**
 * Lowers a run of 64-bit instructions that ends with a branch to its own beginning to a function
 * `(budget) → what is left of it`. RIP says where it stopped: in front of an instruction that needs the
 * interpreter, of the first one with less budget than a round needs, or behind the last.
 */
export function lowerRegion(placed: readonly Placed[]): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder()
  module.importMemory(importModule, 'memory', 1)
  const region = module.function('region', ['i32'], ['i32'], (f) => {
    const [budget] = f.parameters as [Local]
    const registers = new RegionState(f)
    f.loop((again) => {
      const writer = new RegionWriter(f, registers, budget, placed, again)
      f.if(op('i32.lt_u', budget, placed.length), () => writer.exit(writer.start, 0))
      placed.forEach((_, index) => {
        f.scope(() => writer.lower(index))
      })
      writer.exit(writer.end, placed.length)
    })
    f.unreachable()
  })
  module.export(region)
  return module.build()
}

class RegionWriter {
  readonly start: bigint
  readonly end: bigint
  readonly #f: FunctionBuilder
  readonly #registers: RegionState
  readonly #budget: Local
  readonly #placed: readonly Placed[]
  readonly #again: Label

  constructor(
    f: FunctionBuilder,
    registers: RegionState,
    budget: Local,
    placed: readonly Placed[],
    again: Label,
  ) {
    const [first, last] = [placed[0], placed.at(-1)]
    invariant(first && last, 'a region has instructions')
    this.start = first.address
    this.end = last.address + BigInt(last.instruction.length)
    this.#f = f
    this.#registers = registers
    this.#budget = budget
    this.#placed = placed
    this.#again = again
  }

  /** Leaves with `done` instructions of this round completed. */
  exit(rip: bigint, done: number): void {
    this.#registers.writeBack()
    this.#f.store('i64.store', 0, BigInt.asIntN(64, rip), state.rip)
    this.#f.return(op('i32.sub', this.#budget, done))
  }

  lower(index: number): void {
    const placed = this.#placed[index]
    invariant(placed?.instruction.row, 'a region has valid instructions')
    const { instruction, address } = placed
    const { row } = placed.instruction
    const semantic = semantics.get(instructionName(row))
    invariant(semantic, `${row.mnemonic} has a semantic`)
    const choice = { ...instruction, condition: instruction.opcode & 15 }
    const variant = variantOf(row, choice)
    const target = new RegionTarget(this.#f, this.#registers, placed, variant, {
      leave: () => this.exit(address, index),
      goto: (to) => this.#goto(to, index + 1),
    })
    const b = new Operations(target, variant)
    b.begin()
    semantic(b)
    b.end()
  }

  #goto(address: bigint, done: number): void {
    if (address !== this.start) {
      this.exit(address, done)
      return
    }
    this.#f.set(this.#budget, op('i32.sub', this.#budget, done))
    this.#f.br(this.#again)
  }
}
