import { microOp, shape } from '../micro-op.ts'
import { segment } from '../state-layout.ts'
import type { Row } from '../table/row.ts'
import { rows } from '../table/rows.ts'
import type { CpuState } from './cpu-state.ts'
import type { Privilege, SystemMemory } from './system-memory.ts'

/** One decoded system instruction: its operands, read when asked for. */
export class Operation {
  readonly #state: CpuState
  readonly #memory: SystemMemory
  readonly #effectiveAddress: (uop: number, popped: number) => bigint
  #uop = 0

  constructor(
    cpu: CpuState,
    memory: SystemMemory,
    effectiveAddress: (uop: number, popped: number) => bigint,
  ) {
    this.#state = cpu
    this.#memory = memory
    this.#effectiveAddress = effectiveAddress
  }

  at(uop: number): this {
    this.#uop = uop
    return this
  }

  get row(): Row {
    const row = rows[this.#state.u32(this.#uop + microOp.link) & 0xffff]
    if (!row) throw new RangeError('a micro-op names a row')
    return row
  }

  /** Operand size: 2, 4 or 8. */
  get bytes(): number {
    return this.#byte(microOp.operandBytes)
  }

  get addressBytes(): number {
    return this.#byte(microOp.addressBytes)
  }

  /** Segment of the memory operand, as in `segment`. */
  get segment(): number {
    return this.#byte(microOp.segment)
  }

  /** The offset behind this instruction. */
  get next(): bigint {
    return this.#state.rip + BigInt(this.#byte(microOp.length))
  }

  isMemory(index: number): boolean {
    return ((this.#byte(microOp.shapes) >> (2 * index)) & 3) === shape.memory
  }

  /** The number of a control, debug or segment register operand. */
  number(index: number): number {
    return this.#byte(microOp.registers + index)
  }

  /** The number of a general register operand. */
  general(index: number): number {
    return this.#byte(microOp.registers + index) >> 3
  }

  /** Sign-extended to 64 bits. Of a far pointer: its offset. */
  get immediate(): bigint {
    return this.#state.view.getBigInt64(this.#uop + microOp.immediate, true)
  }

  /** A far pointer in the instruction. */
  get farOffset(): number {
    return this.#state.u32(this.#uop + microOp.immediate)
  }

  get farSelector(): number {
    return this.#state.u32(this.#uop + microOp.immediate + 4) & 0xffff
  }

  /** Offset of the memory operand in its segment. `popped`: what rSP counts as moved by already. */
  offset(popped = 0): bigint {
    return BigInt.asUintN(64, this.#effectiveAddress(this.#uop, popped))
  }

  /** Operand `index`, a general register or memory, `bytes` of it. @throws GuestFault */
  read(index: number, bytes: number): bigint {
    if (!this.isMemory(index)) return this.#state.general(this.general(index), bytes)
    return this.readMemory(0n, bytes)
  }

  /** `bytes` at `extra` behind the memory operand's offset. @throws GuestFault */
  readMemory(extra: bigint, bytes: number): bigint {
    return this.#memory.read(this.linear(extra, bytes, 'r'), bytes, this.privilege)
  }

  /** Where `bytes` at `extra` behind the memory operand's offset are, after its segment's checks. */
  linear(extra: bigint, bytes: number, access: 'r' | 'w'): bigint {
    return this.#memory.inSegment(this.segment, this.#wrap(this.offset() + extra), bytes, access)
  }

  write(index: number, value: bigint | number, bytes: number): void {
    if (this.isMemory(index)) this.writeMemory(0n, value, bytes)
    else this.#state.setGeneral(this.general(index), BigInt(value), bytes)
  }

  /** Throws what writing there would throw. */
  probeWrite(extra: bigint, bytes: number): void {
    this.#memory.probeWrite(this.linear(extra, bytes, 'w'), bytes, this.privilege)
  }

  writeMemory(extra: bigint, value: bigint | number, bytes: number): void {
    this.#memory.write(this.linear(extra, bytes, 'w'), bytes, value, this.privilege)
  }

  /** Stack of the code at hand: `bytes` at `offset` above rSP, wrapped as the stack is. @throws GuestFault */
  readStack(offset: number, bytes: number): bigint {
    return this.#memory.read(this.stackLinear(offset, bytes, 'r'), bytes, 'stack')
  }

  stackLinear(offset: number, bytes: number, access: 'r' | 'w'): bigint {
    const width = this.#state.stackBytes
    const top = BigInt.asUintN(8 * width, this.#state.general(4, width) + BigInt(offset))
    return this.#memory.inSegment(segment.ss, top, bytes, access)
  }

  /** Whose accesses those to the memory operand are. */
  get privilege(): Privilege {
    return this.segment === segment.ss ? 'stack' : 'current'
  }

  #wrap(offset: bigint): bigint {
    return BigInt.asUintN(8 * this.addressBytes, offset)
  }

  #byte(field: number): number {
    return this.#state.view.getUint8(this.#uop + field)
  }
}

/** Moves rSP by `by`, as wide as the stack is. */
export function moveStack(cpu: CpuState, by: number): void {
  const width = cpu.stackBytes
  cpu.setGeneral(4, cpu.general(4, width) + BigInt(by), width)
}
