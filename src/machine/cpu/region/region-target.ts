import { invariant } from '../../../support/invariant.ts'
import { type Instruction, none } from '../decode/instruction.ts'
import type { FloatFunctions } from '../float/float-functions.ts'
import { probe } from '../interpreter/probe.ts'
import { loadNames, storeNames } from '../interpreter/slow-functions.ts'
import { registerAddress } from '../micro-op.ts'
import type {
  Access,
  Destination,
  FlagSlot,
  Place,
  Pointer,
  SegmentName,
  Target,
  Variant,
} from '../semantics/target.ts'
import { state } from '../state-layout.ts'
import type { OperandKind } from '../table/row.ts'
import type { VectorFunctions } from '../vectors/vector-functions.ts'
import { constant, type Expression, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { RegionState } from './region-state.ts'

const pointerRegisters = { si: 6, di: 7, cx: 1, bx: 3, sp: 4, bp: 5 } as const

/** One instruction of a region: a copy of what the decoder said, and where it stands. */
export interface Placed {
  readonly instruction: Instruction
  readonly address: bigint
}

export interface RegionExits {
  /** Writes everything back and leaves before this instruction. */
  readonly leave: () => void
  /** Goes on at an address behind this instruction. */
  readonly goto: (address: bigint) => void
}

type RegionPlace =
  | { readonly kind: 'register'; readonly number: number; readonly high: boolean }
  | { readonly kind: 'ram'; readonly address: Local }

/**
 * Lowers a semantic into a region of 64-bit code: operands are constants, registers and flags are locals.
 * What a fast handler leaves to the slow one ends the region in front of the instruction.
 */
export class RegionTarget implements Target {
  readonly f: FunctionBuilder
  readonly #state: RegionState
  readonly #placed: Placed
  readonly #variant: Variant
  readonly #exits: RegionExits

  constructor(
    f: FunctionBuilder,
    regionState: RegionState,
    placed: Placed,
    variant: Variant,
    exits: RegionExits,
  ) {
    this.f = f
    this.#state = regionState
    this.#placed = placed
    this.#variant = variant
    this.#exits = exits
  }

  get #instruction(): Instruction {
    return this.#placed.instruction
  }

  operand(index: number, bytes: number, access: Access): Place {
    if (this.#variant.operands[index]?.shape === 'memory') {
      return this.#ram(this.f.let(this.effectiveAddress()), bytes, access)
    }
    const kind = this.#instruction.row?.operands[index]
    invariant(kind, `the instruction has operand ${index}`)
    const address = registerAddress(this.#number(kind), bytes, this.#instruction.hasRex)
    const where: RegionPlace = { kind: 'register', number: address >> 3, high: (address & 7) === 1 }
    return { bytes, where }
  }

  #number(kind: OperandKind): number {
    if (kind === 'CL') return 1
    if (kind === 'DX') return 2
    if (kind === 'AL' || kind === 'rAX') return 0
    return kind[0] === 'G' ? this.#instruction.reg : this.#instruction.rm
  }

  operandAt(index: number, distance: Expression, bytes: number, access: Access): Place {
    if (this.#variant.operands[index]?.shape === 'register') return this.operand(index, bytes, access)
    return this.#ram(this.f.let(op('i64.add', this.effectiveAddress(), distance)), bytes, access)
  }

  register(number: number, bytes: number): Place {
    return { bytes, where: { kind: 'register', number, high: false } satisfies RegionPlace }
  }

  at(_segment: SegmentName, address: Expression, bytes: number, access: Access): Place {
    return this.#ram(this.f.let(address), bytes, access)
  }

  #ram(linear: Local, bytes: number, access: Access): Place {
    const leave = (misses: Expression) => this.f.if(misses, this.#exits.leave)
    const address = probe(this.f, linear, bytes, access, leave, this.#state.bank)
    return { bytes, where: { kind: 'ram', address } satisfies RegionPlace }
  }

  effectiveAddress(): Expression {
    const { base, index, scale, displacement, ripRelative } = this.#instruction
    if (ripRelative) return constant('i64', this.#end + BigInt(displacement))
    const start = base === none ? constant('i64', 0) : this.#state.register(base)
    const scaled = index === none ? constant('i64', 0) : op('i64.shl', this.#state.register(index), scale)
    return op('i64.add', op('i64.add', start, scaled), displacement)
  }

  get #end(): bigint {
    return this.#placed.address + BigInt(this.#instruction.length)
  }

  linearAddress(): Expression {
    return this.effectiveAddress()
  }

  wrapped(offset: Expression): Expression {
    return offset
  }

  immediate(): Expression {
    const { immediateLow, immediateHigh } = this.#instruction
    return constant('i64', (BigInt(immediateHigh) << 32n) | BigInt(immediateLow >>> 0))
  }

  read({ bytes, where }: Place): Expression {
    const place = where as RegionPlace
    if (place.kind === 'ram') return load(loadNames[Math.log2(bytes)] ?? 'i64.load', place.address)
    const whole = this.#state.register(place.number)
    const shifted = place.high ? op('i64.shr_u', whole, 8) : whole
    return bytes === 8 ? shifted : op('i64.and', shifted, (1n << BigInt(8 * bytes)) - 1n)
  }

  write({ bytes, where }: Place, value: Expression): void {
    const place = where as RegionPlace
    if (place.kind === 'ram') {
      this.f.store(storeNames[Math.log2(bytes)] ?? 'i64.store', place.address, value)
      return
    }
    const mask = (1n << BigInt(8 * bytes)) - 1n
    const low = bytes === 8 ? value : op('i64.and', value, mask)
    if (bytes >= 4) {
      this.#state.setRegister(place.number, low)
      return
    }
    const by = place.high ? 8n : 0n
    const kept = op('i64.and', this.#state.register(place.number), ~(mask << by))
    this.#state.setRegister(place.number, op('i64.or', kept, op('i64.shl', low, by)))
  }

  readPointer(pointer: Pointer): Expression {
    return this.#state.register(pointerRegisters[pointer])
  }

  writePointer(pointer: Pointer, value: Expression): void {
    this.#state.setRegister(pointerRegisters[pointer], value)
  }

  readFlags(slot: FlagSlot): Expression {
    return this.#state.flags(slot)
  }

  writeFlags(slot: FlagSlot, value: Expression): void {
    this.#state.setFlags(slot, value)
  }

  systemFlags(): Expression {
    return load('i32.load', 0, state.systemFlags)
  }

  writeSystemFlags(value: Expression): void {
    this.f.store('i32.store', 0, value, state.systemFlags)
  }

  nextAddress(): Expression {
    return constant('i64', this.#end)
  }

  relative(when: Expression | null): Destination {
    const { known } = this.immediate()
    return { where: BigInt.asUintN(64, this.#end + (known ?? 0n)), when: when && this.f.let(when) }
  }

  /** Regions end where only running tells what comes next. */
  near(address: Expression, when: Expression | null): Destination {
    this.#exits.leave()
    return { where: address, when }
  }

  goto({ where, when }: Destination): void {
    const jump = () => this.#exits.goto(where as bigint)
    if (when) this.f.if(when, jump)
    else jump()
  }

  fault(when: Expression): void {
    this.f.if(when, this.#exits.leave)
  }

  checkPort(): void {
    throw new Error('a region leaves ports to the interpreter')
  }

  leaveUnless(): void {
    this.#exits.leave()
  }

  divide(): readonly [Expression, Expression] {
    throw new Error('a region leaves 128-bit divisions to the interpreter')
  }

  portRead(): Expression {
    throw new Error('a region leaves ports to the interpreter')
  }

  portWrite(): void {
    throw new Error('a region leaves ports to the interpreter')
  }

  isMemory(): Expression {
    throw new Error('a region leaves vectors to the interpreter')
  }

  requireUnit(): void {
    throw new Error('a region leaves vectors to the interpreter')
  }

  numericFault(): void {
    throw new Error('a region leaves vectors to the interpreter')
  }

  writeMasked(): void {
    throw new Error('a region leaves vectors to the interpreter')
  }

  get vectors(): VectorFunctions {
    throw new Error('a region leaves vectors to the interpreter')
  }

  hardware(): never {
    throw new Error('a region leaves vectors to the interpreter')
  }

  readExtended(): never {
    throw new Error('a region leaves x87 to the interpreter')
  }

  writeExtended(): void {
    throw new Error('a region leaves x87 to the interpreter')
  }

  noteX87(): void {
    throw new Error('a region leaves x87 to the interpreter')
  }

  get float(): FloatFunctions {
    throw new Error('a region leaves vectors to the interpreter')
  }

  readState(): Expression {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  writeState(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  isPlain(): Expression {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  reload(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  operandNumber(): Expression {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  refetch(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  run(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  writePrivilege(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  span(): never {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  noteSpan(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  leap(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  interrupt(): void {
    throw new Error('a region leaves system instructions to the interpreter')
  }

  pause(): void {
    throw new Error('a region leaves PAUSE to the interpreter')
  }

  halt(): void {
    throw new Error('a region leaves HLT to the interpreter')
  }

  completeWhen(when: Expression): void {
    this.f.if(when, () => this.#exits.goto(this.#end))
  }

  again(when: Expression): void {
    this.f.if(when, () => this.#exits.goto(this.#placed.address))
  }

  finish(): void {}
}
