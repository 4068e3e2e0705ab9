import { invariant } from '../../../support/invariant.ts'
import type { Approximations } from '../float/approximate.ts'
import { flag } from '../float/formats.ts'
import type { HardwareName } from '../float/hardware.ts'
import { controlOfMxcsr, type SseFormat } from '../float/sse.ts'
import { state } from '../state-layout.ts'
import type { VectorFunctions } from '../vectors/vector-functions.ts'
import {
  call,
  constant,
  type Expression,
  lane,
  load,
  type Operand,
  op,
  select,
  shuffle,
} from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { LoadName, NameOf, NumericName, StoreName } from '../wasm/opcodes.ts'
import type { LaneName, VectorName } from '../wasm/vector-opcodes.ts'
import { conditionOf } from './conditions.ts'
import { type ArithmeticKind, carriesOf } from './flags.ts'
import type {
  Access,
  CodeReload,
  CoreFunction,
  Destination,
  Place,
  Pointer,
  SegmentName,
  Span,
  SpanAccess,
  Target,
  Variant,
} from './target.ts'
import { X87Operations } from './x87-operations.ts'

type Long = NameOf<'i64'>
type Short = NameOf<'i32'>

/** Conditions that are one flag, see `conditionOf`. */
const conditionCodes = { o: 0, c: 2, z: 4, s: 8, p: 10 } as const

const loadNames: Readonly<Record<number, LoadName>> = {
  1: 'i64.load8_u',
  2: 'i64.load16_u',
  4: 'i64.load32_u',
  8: 'i64.load',
}
const storeNames: Readonly<Record<number, StoreName>> = { 2: 'i64.store16', 4: 'i64.store32', 8: 'i64.store' }

/** What an instruction does, written once for every kind of code. */
export type Semantic = (b: Operations) => void

/**
 * All that an instruction's semantic may use. It has two phases: everything that can leave or fault comes
 * first and changes nothing; then one `commit` writes. Breaking that order throws while the core is built.
 * Values are i64, zero-extended from their size.
 */
export class Operations {
  readonly #target: Target
  readonly #variant: Variant
  #phase: 'resolve' | 'commit' | 'done' = 'resolve'
  #repeats = false
  #gone = false
  #also: () => void = () => {}
  #x87: X87Operations | null = null

  constructor(target: Target, variant: Variant) {
    this.#target = target
    this.#variant = variant
  }

  /** What comes before the instruction itself: its unit is there. */
  begin(): void {
    if (this.#variant.unit !== null) this.#target.requireUnit(this.#variant.unit)
  }

  /** The stack of x87, see `X87Operations`. */
  get x87(): X87Operations {
    const guard = (phase: 'resolve' | 'commit', what: string) =>
      phase === 'resolve' ? this.#resolving(what) : this.#committing(what)
    this.#x87 ??= new X87Operations(this.#target, guard, (body) => this.commit(body))
    return this.#x87
  }

  /** Operand size: that of operand 0, or of the instruction where it has none. */
  get bytes(): number {
    return this.#variant.bytes
  }

  /** Size of one operand. */
  operandBytes(index: number): number {
    const operand = this.#variant.operands[index]
    invariant(operand, `the instruction has operand ${index}`)
    return operand.bytes
  }

  /** F2 or F3 on an instruction that repeats. */
  get repeatPrefix(): number {
    return this.#variant.repeat
  }

  isImmediate(index: number): boolean {
    return this.#variant.operands[index]?.shape === 'immediate'
  }

  get operandCount(): number {
    return this.#variant.operands.length
  }

  // Values: pure, in both phases.

  /** A 64-bit operation, evaluated now. */
  op(name: Long, ...operands: readonly Operand[]): Expression {
    return this.#keep(op(`i64.${name}` as NumericName, ...operands))
  }

  /** A 32-bit operation: truth values are 32-bit. */
  op32(name: Short, ...operands: readonly Operand[]): Expression {
    return this.#keep(op(`i32.${name}` as NumericName, ...operands))
  }

  /** An operation on vectors or between them and numbers, by its whole name. */
  vector(name: VectorName, ...operands: readonly Operand[]): Expression {
    return this.#keep(op(name, ...operands))
  }

  /** An operation on lane `index` of a vector. */
  lane(name: LaneName, index: number, ...operands: readonly Operand[]): Expression {
    return this.#keep(lane(name, index, ...operands))
  }

  /** Sixteen bytes of two vectors, see `shuffle`. */
  shuffle(bytes: readonly number[], x: Expression, y: Expression): Expression {
    return this.#keep(shuffle(bytes, x, y))
  }

  /** A function on vectors. */
  compute(name: keyof VectorFunctions, ...operands: readonly Operand[]): Expression {
    return this.#keep(call(this.#target.vectors[name], ...operands))
  }

  /** Whether the operand is memory, as an i32. */
  isMemory(index: number): Expression {
    return this.#target.isMemory(index)
  }

  constant(value: bigint | number): Expression {
    return constant('i64', value)
  }

  /** A truth value as a number. */
  number(truth: Expression): Expression {
    return this.#keep(op('i64.extend_i32_u', truth))
  }

  select(when: Expression, then: Expression, otherwise: Expression): Expression {
    return this.#keep(select(when, then, otherwise))
  }

  /** The low `bytes` of a value. */
  truncate(value: Expression, bytes = this.bytes): Expression {
    return bytes === 8 ? value : this.op('and', value, (1n << BigInt(8 * bytes)) - 1n)
  }

  /** The low `bytes` of a value with their sign. */
  signed(value: Expression, bytes = this.bytes): Expression {
    if (bytes === 8) return value
    const extend = { 1: 'extend8_s', 2: 'extend16_s', 4: 'extend32_s' }[bytes] as Long
    return this.op(extend, value)
  }

  // Phase 1: may leave, changes nothing.

  /** Operand `index`, checked for `access`. `popped`: what rSP counts as moved by. */
  operand(index: number, access: Access, popped = 0, bytes = this.operandBytes(index)): Place {
    this.#resolving('an operand')
    return this.#target.operand(index, bytes, access, popped)
  }

  /** Memory at `distance` behind where operand `index` begins; of a register, the register itself. */
  operandAt(index: number, distance: Expression, access: Access, bytes = this.operandBytes(index)): Place {
    this.#resolving('an operand')
    return this.#target.operandAt(index, distance, bytes, access)
  }

  /** Linear address of the memory operand, before anything about it is checked. */
  linearAddress(): Expression {
    this.#resolving('an address')
    return this.#keep(this.#target.linearAddress())
  }

  /** A register that the instruction implies: 0 for rAX to 15, or of 16 bytes XMM0. */
  register(number: number, bytes = this.bytes): Place {
    return this.#target.register(number, bytes)
  }

  at(segment: SegmentName, address: Expression, access: Access, bytes = this.bytes): Place {
    this.#resolving('memory')
    return this.#target.at(segment, address, bytes, access)
  }

  get(place: Place): Expression {
    this.#resolving('a read')
    return this.#keep(this.#target.read(place))
  }

  /** Operand `index`, for reading only. */
  source(index: number): Expression {
    if (this.#variant.operands[index]?.shape === 'immediate') {
      return this.truncate(this.immediate(index), this.operandBytes(index))
    }
    return this.get(this.operand(index, 'r'))
  }

  /** Sign-extended to 64 bits. */
  immediate(index: number): Expression {
    return this.#target.immediate(index)
  }

  effectiveAddress(): Expression {
    return this.#keep(this.#target.effectiveAddress())
  }

  /** As wide as the address size. */
  wrapped(offset: Expression): Expression {
    return this.#keep(this.#target.wrapped(offset))
  }

  pointer(pointer: Pointer): Expression {
    this.#resolving('a pointer')
    return this.#keep(this.#target.readPointer(pointer))
  }

  /** The condition in the opcode. */
  condition(): Expression {
    this.#resolving('a condition')
    return this.#keep(conditionOf(this.#variant.condition, (slot) => this.#target.readFlags(slot)))
  }

  /** CF as 0 or 1. */
  carry(): Expression {
    this.#resolving('a flag')
    return this.op('shr_u', this.#target.readFlags('flagCarries'), 63)
  }

  /** One of the six arithmetic flags, as 0 or 1. */
  flag(name: keyof typeof conditionCodes | 'a'): Expression {
    this.#resolving('a flag')
    if (name === 'a') return this.op('and', this.op('shr_u', this.carries(), 3), 1)
    return this.number(conditionOf(conditionCodes[name], (slot) => this.#target.readFlags(slot)))
  }

  systemFlags(): Expression {
    this.#resolving('a flag')
    return this.#keep(this.#target.systemFlags())
  }

  /** The register field of an operand, as an i32: the number of a control or segment register. */
  operandNumber(index: number): Expression {
    return this.#keep(this.#target.operandNumber(index))
  }

  /** A field of the state, as an i64; its address may be worked out. */
  state(at: number | Expression, type: 'i32' | 'i64' = 'i64'): Expression {
    this.#resolving('a field of the state')
    const value = this.#target.readState(at, type)
    return this.#keep(type === 'i64' ? value : op('i64.extend_i32_u', value))
  }

  nextAddress(): Expression {
    return this.#keep(this.#target.nextAddress())
  }

  /** The branch that the instruction's displacement names. */
  relative(when: Expression | null = null): Destination {
    this.#resolving('a branch target')
    return this.#target.relative(when, this.bytes)
  }

  near(address: Expression): Destination {
    this.#resolving('a branch target')
    return this.#target.near(this.truncate(address), null)
  }

  /** MXCSR, as an i32 local. */
  mxcsr(): Local {
    this.#resolving('MXCSR')
    return this.#target.f.let(this.#target.readState(state.mxcsr, 'i32'))
  }

  /** MXCSR as operations of `soft` take it. */
  control(mxcsr: Local): Local {
    return this.#target.f.let(controlOfMxcsr(mxcsr))
  }

  /** An operation that the host's floating-point unit may do: bits and exception flags. */
  hardware(
    width: 32 | 64,
    name: HardwareName,
    mxcsr: Local,
    ...operands: readonly Expression[]
  ): readonly [bits: Expression, flags: Expression] {
    const { f } = this.#target
    return this.#target.hardware(
      width,
      name,
      mxcsr,
      operands.map((one) => f.let(one)),
    )
  }

  /** An operation of `Sse`: its results, the flags last but for the relation of a comparison. */
  soft(
    width: 32 | 64,
    name: keyof SseFormat,
    ...operands: readonly Operand[]
  ): readonly [value: Local, flags: Local] {
    const { f, float } = this.#target
    return f.call(float.sse[width][name], ...operands) as unknown as readonly [Local, Local]
  }

  approximate(name: keyof Approximations, bits: Expression): Expression {
    return this.#keep(call(this.#target.float.approximations[name], bits))
  }

  /**
   * Raises #XM where flags of SSE are unmasked: with an unmasked exception of one lane that is found before
   * computing, those found behind it count in no lane (SDM volume 1, 11.5.3). `earlier`: flags of what the
   * instruction has computed before; `keeps`: writes that are done although it faults. Answers the flags to
   * commit.
   */
  raiseNumeric(
    mxcsr: Local,
    lanes: readonly Expression[],
    { earlier = constant('i32', 0), keeps }: { earlier?: Expression; keeps?: () => void } = {},
  ): Expression {
    this.#resolving('a numeric fault')
    const { f } = this.#target
    const sum = lanes.reduce((sum, one) => op('i32.or', sum, one))
    if (sum.known === 0n) return sum
    const all = f.let(sum)
    const open = op('i32.xor', op('i32.shr_u', mxcsr, 7), -1)
    const unmasked = f.let(op('i32.and', op('i32.and', all, open), 0x3f))
    const early = op('i32.and', unmasked, flag.before)
    const counted = select(early, op('i32.and', all, flag.before), all)
    this.#target.numericFault(unmasked, op('i32.or', earlier, counted), () => {
      this.#phase = 'commit'
      keeps?.()
      this.#phase = 'resolve'
    })
    return f.let(op('i32.or', earlier, all))
  }

  /** Exception flags join those of MXCSR. */
  setNumericFlags(mxcsr: Local, flags: Expression): void {
    this.#committing('MXCSR')
    if (flags.known === 0n) return
    this.#target.writeState(state.mxcsr, 'i32', op('i32.or', mxcsr, flags))
  }

  /** Raises an exception where `when` holds. */
  fault(when: Expression, vector: number, code = 0): void {
    this.#resolving('a fault')
    this.#target.fault(when, vector, code)
  }

  /** #GP(0) unless the code may use `bytes` ports from `port` on (SDM volume 1, 19.5). */
  checkPort(port: Expression, bytes: number): void {
    this.#resolving('a port check')
    this.#target.checkPort(port, bytes)
  }

  /**
   * The plain case of an instruction that TypeScript knows whole (`system/`): unless `plain` holds, it is
   * done there.
   */
  leaveUnless(plain: Expression): void {
    this.#resolving('leaving')
    this.#target.leaveUnless(plain)
  }

  /** Leaves places that must not be read twice to TypeScript, before they are read. */
  leaveUnlessPlain(place: Place): Place {
    this.leaveUnless(this.#target.isPlain(place))
    return place
  }

  /**
   * `bytes` at a linear address, for a plain case: RAM in one page that may be used so. Everything else is
   * left to TypeScript.
   */
  span(linear: Expression, bytes: Expression | number, access: SpanAccess): Span {
    this.#resolving('memory')
    return this.#target.span(linear, bytes, access)
  }

  /** `bytes` at an offset of a span. */
  peek({ address }: Span, offset: number, bytes: 1 | 2 | 4 | 8): Expression {
    this.#resolving('a read')
    return this.#keep(load(loadNames[bytes] as LoadName, address, offset))
  }

  /** What `then` answers where `when` holds, else what `otherwise` does: only one of them runs. */
  choose(
    when: Expression,
    then: () => readonly Expression[],
    otherwise: () => readonly Expression[],
  ): readonly Expression[] {
    this.#resolving('a choice')
    if (when.known !== null) return when.known === 0n ? otherwise() : then()
    const { f } = this.#target
    const chosen: Local[] = []
    f.if(
      when,
      () => {
        const values = then()
        chosen.push(...values.map(({ type }) => f.local(type)))
        for (const [index, local] of chosen.entries()) f.set(local, values[index] ?? 0)
      },
      () => {
        const values = otherwise()
        for (const [index, local] of chosen.entries()) f.set(local, values[index] ?? 0)
      },
    )
    return chosen
  }

  /**
   * REP: `iteration` commits once, and may answer a difference that REPE and REPNE compare with 0. One
   * iteration is one unit of counting; with a count of 0 nothing is touched, but that rCX and the pointers
   * in `cut` lose their upper halves in 64-bit code with 32-bit addresses, as Intel's do.
   */
  repeat(iteration: () => Expression | null, cut: readonly Pointer[] = []): void {
    if (this.#variant.repeat === 0) {
      iteration()
      return
    }
    this.#repeats = true
    const count = this.pointer('cx')
    this.#target.completeWhen(op('i64.eqz', count), ['cx', ...cut])
    const left = this.op('sub', count, 1)
    const difference = iteration()
    invariant(this.#phase === 'done', 'an iteration commits')
    this.#target.writePointer('cx', left)
    const more = this.#target.f.let(op('i64.ne', this.#target.readPointer('cx'), 0))
    const wanted = difference && op(this.#variant.repeat === 0xf3 ? 'i64.eq' : 'i64.ne', difference, 0)
    this.#target.again(wanted ? op('i32.and', more, wanted) : more)
  }

  // Phase 2.

  /** Writes the results. Nothing in `body` can leave, so an instruction is never half done. */
  commit(body: () => void): void {
    invariant(this.#phase === 'resolve', 'an instruction commits once')
    this.#phase = 'commit'
    body()
    this.#also()
    this.#phase = 'done'
  }

  /** What the commit does besides, at its end. */
  alsoCommit(body: () => void): void {
    this.#resolving('what is to be committed')
    this.#also = body
  }

  set(place: Place, value: Expression): void {
    this.#committing('a write')
    this.#target.write(place, value)
  }

  /** Bytes of memory, where bits of `mask` are set. */
  setMasked(place: Place, mask: Expression, value: Expression): void {
    this.#committing('a write')
    this.#target.writeMasked(place, mask, value)
  }

  /** Leaves the place alone, all of its register included, where `when` does not hold. */
  setIf(when: Expression, place: Place, value: Expression): void {
    this.#committing('a write')
    this.#target.f.if(when, () => this.#target.write(place, value))
  }

  setPointer(pointer: Pointer, value: Expression): void {
    this.#committing('a write')
    this.#target.writePointer(pointer, value)
  }

  setSystemFlags(value: Expression): void {
    this.#committing('a write')
    this.#target.writeSystemFlags(value)
  }

  setState(at: number | Expression, value: Expression | bigint | number, type: 'i32' | 'i64' = 'i64'): void {
    this.#committing('a field of the state')
    this.#target.writeState(at, type, typeof value === 'object' ? value : constant(type, value))
  }

  /** The next instruction is fetched again, through what translations have become. */
  refetch(): void {
    this.#committing('fetching')
    this.#target.refetch()
  }

  /** A function of the core. */
  run(name: CoreFunction, ...operands: readonly Operand[]): void {
    this.#committing('a function of the core')
    this.#target.run(name, operands)
  }

  /** Writes of the commit that are done only where `condition` holds. */
  when(condition: Expression, body: () => void): void {
    this.#committing('a condition')
    this.#target.f.if(condition, body)
  }

  /** Writes to a span of `bytes` in all; `width` of each value. A later one wins. */
  writeSpan(
    span: Span,
    bytes: Expression | number,
    width: 2 | 4 | 8,
    values: readonly { readonly at: Expression; readonly value: Expression }[],
  ): void {
    this.#committing('a write')
    this.#target.noteSpan(span, bytes)
    const { f } = this.#target
    for (const { at, value } of values) {
      f.store(storeNames[width] as StoreName, op('i32.add', span.address, op('i32.wrap_i64', at)), value)
    }
  }

  /** Comes after flags have been set. */
  setPrivilege(level: Expression | 0 | 3): void {
    this.#committing('the privilege')
    this.#target.writePrivilege(level)
  }

  /** The six arithmetic flags of `result` = `a` + or - `b`, not yet truncated. */
  flags(kind: ArithmeticKind, result: Expression, a: Expression, b: Expression): void {
    this.setFlags(result, carriesOf(this, kind, result, a, b))
  }

  /** SF, ZF and PF of `result`; the others as `carries` holds them. */
  setFlags(result: Expression, carries: Expression, onlyIf?: Expression): void {
    this.#committing('flags')
    const value = this.signed(result)
    this.#writeFlags('flagSign', value, onlyIf)
    this.#writeFlags('flagZero', value, onlyIf)
    this.#writeFlags('flagCarries', carries, onlyIf)
  }

  /** All six, SF, ZF and PF as 0 or 1 each. */
  setFlagsApart(sign: Expression, zero: Expression, parity: Expression, carries: Expression): void {
    this.#committing('flags')
    // A low byte of 0 has even parity, one of 1 has not.
    const odd = this.op('xor', parity, 1)
    this.#target.writeFlags('flagSign', this.op('or', this.op('shl', sign, 63), odd))
    this.#target.writeFlags('flagZero', this.op('xor', zero, 1))
    this.#target.writeFlags('flagCarries', carries)
  }

  /** ZF alone. */
  setZero(zero: Expression): void {
    this.#committing('flags')
    this.#target.writeFlags('flagZero', this.op('xor', zero, 1))
  }

  /** CF and OF alone: `carries` as in `setFlags`. */
  setCarries(carries: Expression, onlyIf?: Expression): void {
    this.#committing('flags')
    this.#writeFlags('flagCarries', carries, onlyIf)
  }

  /** The carries as they are. */
  carries(): Expression {
    return this.#keep(this.#target.readFlags('flagCarries'))
  }

  goto(destination: Destination): void {
    this.#committing('a branch')
    this.#target.goto(destination)
    if (!destination.when) this.#gone = true
  }

  /** Goes on at an offset in CS that has been checked, after the reload of CS. */
  leap(target: Expression, reload: CodeReload, resumes: Expression | null = null): void {
    this.#committing('a branch')
    this.#target.leap(target, reload, resumes)
    this.#gone = true
  }

  /** Segments other than CS have been loaded, as the last of the commit. */
  reload(): void {
    this.#committing('segments')
    this.#target.reload()
  }

  /** A software interrupt, the whole of the instruction. */
  interrupt(vector: Expression): void {
    this.#resolving('an interrupt')
    this.#target.interrupt(vector)
    this.#phase = 'done'
    this.#gone = true
  }

  /** Unsigned 128 by 64 bits, which must not overflow: quotient and remainder. */
  divide(high: Expression, low: Expression, divisor: Expression): readonly [Expression, Expression] {
    return this.#target.divide(high, low, divisor)
  }

  portRead(port: Expression, bytes = this.bytes): Expression {
    this.#committing('a port')
    return this.#target.portRead(port, bytes)
  }

  portWrite(port: Expression, value: Expression, bytes: number): void {
    this.#committing('a port')
    this.#target.portWrite(port, value, bytes)
  }

  pause(): void {
    this.#committing('a pause')
    this.#target.pause()
  }

  halt(): void {
    this.#committing('a halt')
    this.#target.halt()
    this.#gone = true
  }

  /** Called by whoever lowers the semantic, after it. */
  end(): void {
    invariant(this.#phase === 'done' || this.#repeats, 'an instruction commits')
    if (!this.#gone) this.#target.finish()
  }

  #keep(value: Expression): Expression {
    return value.known === null ? this.#target.f.let(value) : value
  }

  #writeFlags(slot: 'flagSign' | 'flagZero' | 'flagCarries', value: Expression, onlyIf?: Expression): void {
    this.#target.writeFlags(slot, onlyIf ? select(onlyIf, value, this.#target.readFlags(slot)) : value)
  }

  #resolving(what: string): void {
    invariant(this.#phase === 'resolve', `${what} comes before the commit: it can leave`)
  }

  #committing(what: string): void {
    invariant(this.#phase === 'commit', `${what} belongs into the commit`)
  }
}
