import { microOp } from '../micro-op.ts'
import { state } from '../state-layout.ts'
import { type Derived, derived, status } from '../status.ts'
import { instructionName, type Row } from '../table/row.ts'
import { rows } from '../table/rows.ts'
import { vector } from '../vector.ts'
import { checkFloatingUnit, waitsForNumericError } from './floating-unit.ts'
import { GuestFault, NewTaskFault } from './guest-fault.ts'
import type { Operation } from './operation.ts'
import type { Processor } from './processor.ts'
import type { SystemInstruction } from './system-instruction.ts'

/** Finds and does system instructions; `(micro-op) → status` for the core. */
export class SystemDispatch {
  readonly #processor: Processor
  readonly #operation: Operation
  readonly #byRow: readonly (SystemInstruction | null)[]
  /** Works out the mode anew, and what has to run now. */
  readonly #settle: () => Derived

  constructor(
    processor: Processor,
    operation: Operation,
    instructions: ReadonlyMap<string, SystemInstruction>,
    settle: () => Derived,
  ) {
    this.#processor = processor
    this.#operation = operation
    this.#settle = settle
    this.#byRow = rows.map((row) => instructions.get(instructionName(row)) ?? null)
  }

  run(uop: number): number {
    const { state: cpu } = this.#processor
    const id = cpu.view.getUint16(uop + microOp.link, true)
    const instruction = this.#byRow[id]
    const row = rows[id]
    if (!row) return status.absent
    try {
      this.#check(row)
      if (!instruction) return status.absent
      if (row.facts.fpu && waitsForNumericError(cpu, row.facts.fpu)) {
        this.#processor.reportNumericError()
        return status.halt
      }
      const operation = this.#operation.at(uop)
      const { next } = operation
      const outcome = instruction(this.#processor, operation)
      if (outcome !== 'jump') cpu.rip = BigInt.asUintN(cpu.is64Bit ? 64 : 32, next)
      const code = this.#settle()
      if (outcome === 'halt') return status.halt
      if (code === derived.otherInterpreter) return status.mode
      return outcome === 'next' && code === derived.same ? status.next : status.jump
    } catch (fault) {
      if (!(fault instanceof GuestFault)) throw fault
      cpu.setU32(state.faultVector, fault.vector)
      cpu.setU32(state.faultCode, fault.code)
      if (!(fault instanceof NewTaskFault)) return status.fault
      this.#settle()
      return status.newTaskFault
    }
  }

  /** What the table says about modes and privilege, the mode first (SDM volume 3, table 6-2). */
  #check({ facts }: Row): void {
    const { state: cpu } = this.#processor
    if (facts.protectedOnly && cpu.hasParagraphs) throw new GuestFault(vector.undefined)
    if (facts.fpu) checkFloatingUnit(cpu, facts.fpu)
    if (facts.privileged && cpu.cpl !== 0) throw new GuestFault(vector.generalProtection)
  }
}
