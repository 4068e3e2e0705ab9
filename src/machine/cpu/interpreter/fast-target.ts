import { invariant } from '../../../support/invariant.ts'
import type { FloatFunctions } from '../float/float-functions.ts'
import { type HardwareName, plainHardware } from '../float/hardware.ts'
import type { Width } from '../float/host-numbers.ts'
import { impliedRegister, microOp } from '../micro-op.ts'
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
import { segment, state } from '../state-layout.ts'
import type { FloatingUnit } from '../table/row.ts'
import type { VectorFunctions } from '../vectors/vector-functions.ts'
import { constant, type Expression, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Label, Local } from '../wasm/function-builder.ts'
import { codeLinear, codeMisses, codeOffset, decodedAt, type InterpreterName } from './code-lookup.ts'
import { codeEntry } from './code-tlb.ts'
import { probe } from './probe.ts'
import { field, loadNames, storeNames } from './slow-functions.ts'

const pointerRegisters = { si: 6, di: 7, cx: 1, bx: 3, sp: 4, bp: 5 } as const
const segmentNumbers = { es: segment.es, ss: segment.ss } as const
const times8 = (value: Expression) => op('i32.shl', value, 3)

/** Where a handler of the interpreter goes when it is through. */
export interface Exits {
  /** The micro-op behind this one. */
  readonly next: Label
  /** Another micro-op. */
  readonly jump: (target: Local) => void
  /** The same micro-op, between two iterations of a repeated instruction. */
  readonly repeat: Label
  /** The slow handler, with nothing changed. */
  readonly slow: Label
}

/** A register: its address, and where it is written zero-extended. RAM: its address. */
interface FastPlace {
  readonly kind: 'register' | 'ram'
  readonly address: Expression
  /** Where the register's file begins; 0 of RAM. */
  readonly file: number
}

interface FastParts {
  readonly mode: InterpreterName
  readonly variant: Variant
}

interface FastDestination {
  readonly uop: Local
  /** Whether its page may be another one, and which. */
  readonly leaves: Expression
  readonly page: Local
}

/**
 * Lowers a semantic to a case of the interpreter's switch. Memory is RAM that the TLB has at hand, inside of
 * one page; everything else leaves through `slow`.
 */
export class FastTarget implements Target {
  readonly f: FunctionBuilder
  readonly #uop: Local
  readonly #bank: Local
  readonly #exits: Exits
  readonly #mode: InterpreterName
  readonly #variant: Variant

  constructor(f: FunctionBuilder, uop: Local, bank: Local, exits: Exits, { mode, variant }: FastParts) {
    this.f = f
    this.#uop = uop
    this.#bank = bank
    this.#exits = exits
    this.#mode = mode
    this.#variant = variant
  }

  operand(index: number, bytes: number, access: Access, popped: number): Place {
    const { shape, file = 0 } = this.#variant.operands[index] ?? {}
    if (shape === 'memory') {
      invariant(popped === 0, 'memory that is popped into has a slow handler only')
      const number = field(this.#uop, microOp.segment)
      const place = this.#ram(number, this.f.let(this.effectiveAddress()), bytes, access)
      if (this.#variant.aligned) {
        // Frames are aligned as pages are.
        const { address } = place.where as FastPlace
        this.f.br(this.#exits.slow, op('i32.and', address, bytes - 1))
      }
      return place
    }
    invariant(shape === 'register', 'a place is a register or memory')
    const number = field(this.#uop, microOp.registers + index)
    const address = access === 'rw' ? this.f.let(number) : number
    return { bytes, where: { kind: 'register', address, file } satisfies FastPlace }
  }

  get vectors(): VectorFunctions {
    throw new Error('the switch calls nothing')
  }

  writeMasked(): void {
    throw new Error('the switch calls nothing')
  }

  isMemory(index: number): Expression {
    return constant('i32', this.#variant.operands[index]?.shape === 'memory' ? 1 : 0)
  }

  /** Whoever runs the switch with vectors has seen to it. */
  requireUnit(unit: FloatingUnit): void {
    invariant(unit === 'sse', 'other units have slow handlers only')
  }

  numericFault(unmasked: Expression): void {
    this.f.br(this.#exits.slow, unmasked)
  }

  hardware(width: Width, name: HardwareName, mxcsr: Local, operands: readonly Local[]) {
    const leave = (when: Expression) => this.f.br(this.#exits.slow, when)
    return [plainHardware({ f: this.f, width, name, operands, mxcsr }, leave), constant('i32', 0)] as const
  }

  get float(): FloatFunctions {
    throw new Error('soft float is called: it has slow handlers only')
  }

  operandAt(index: number, distance: Expression, bytes: number, access: Access): Place {
    if (this.#variant.operands[index]?.shape === 'register') return this.operand(index, bytes, access, 0)
    const offset = this.wrapped(op('i64.add', this.effectiveAddress(), distance))
    return this.#ram(field(this.#uop, microOp.segment), this.f.let(offset), bytes, access)
  }

  register(number: number, bytes: number): Place {
    return {
      bytes,
      where: {
        kind: 'register',
        address: constant('i32', impliedRegister(number, bytes)),
        file: 0,
      } satisfies FastPlace,
    }
  }

  at(name: SegmentName, address: Expression, bytes: number, access: Access): Place {
    const number = name === 'source' ? field(this.#uop, microOp.segment) : segmentNumbers[name]
    const isStack = name === 'ss' && this.#mode === 'segmented'
    const offset = isStack ? op('i64.and', address, load('i64.load', 0, state.stackMask)) : address
    return this.#ram(number, this.f.let(offset), bytes, access)
  }

  /** Segments matter where they are not flat: one comparison says that type and limit allow the access. */
  #ram(number: Expression | number, offset: Local, bytes: number, access: Access): Place {
    const { slow } = this.#exits
    let linear = offset
    if (this.#mode === 'segmented') {
      const at = this.f.let(typeof number === 'number' ? constant('i32', 8 * number) : times8(number))
      const limits = access === 'r' ? state.readLimits : state.writeLimits
      const last = op('i64.add', offset, bytes - 1)
      this.f.br(slow, op('i64.gt_s', last, load('i64.load', at, limits)))
      const base = load('i64.load', at, state.segmentBases)
      linear = this.f.let(op('i64.and', op('i64.add', offset, base), 0xffff_ffffn))
    }
    const address = probe(this.f, linear, bytes, access, (misses) => this.f.br(slow, misses), this.#bank)
    return { bytes, where: { kind: 'ram', address, file: 0 } satisfies FastPlace }
  }

  effectiveAddress(): Expression {
    const base = load('i64.load', field(this.#uop, microOp.base))
    const scale = op('i64.extend_i32_u', field(this.#uop, microOp.scale))
    const index = op('i64.shl', load('i64.load', field(this.#uop, microOp.index)), scale)
    const sum = op(
      'i64.add',
      op('i64.add', base, index),
      load('i64.load32_s', this.#uop, microOp.displacement),
    )
    return this.#wrap(sum)
  }

  #wrap(address: Expression): Expression {
    if (this.#mode === 'long64') return address
    return op(
      'i64.and',
      address,
      this.#mode === 'flat32' ? constant('i64', 0xffff_ffffn) : this.#addressMask(),
    )
  }

  #addressMask(): Expression {
    return load('i64.load', times8(field(this.#uop, microOp.addressBytes)), state.addressMasks)
  }

  linearAddress(): Expression {
    return this.effectiveAddress()
  }

  wrapped(offset: Expression): Expression {
    return this.#wrap(offset)
  }

  immediate(): Expression {
    return load('i64.load', this.#uop, microOp.immediate)
  }

  read({ bytes, where }: Place): Expression {
    const { address, file } = where as FastPlace
    return load(loadNames[Math.log2(bytes)] ?? 'i64.load', address, file)
  }

  write({ bytes, where }: Place, value: Expression): void {
    const { kind, address, file } = where as FastPlace
    if (kind === 'register' && file === 0 && bytes === 4) {
      this.f.store('i64.store', address, op('i64.and', value, 0xffff_ffffn))
    } else this.f.store(storeNames[Math.log2(bytes)] ?? 'i64.store', address, value, file)
  }

  readPointer(pointer: Pointer): Expression {
    const whole = load('i64.load', 0, pointerRegisters[pointer] * 8)
    return this.#mode === 'long64' ? whole : op('i64.and', whole, this.#pointerMask(pointer))
  }

  writePointer(pointer: Pointer, value: Expression): void {
    const at = pointerRegisters[pointer] * 8
    if (this.#mode !== 'segmented') {
      this.f.store('i64.store', 0, this.#wrap(value), at)
      return
    }
    const mask = this.f.let(this.#pointerMask(pointer))
    const kept = op('i64.and', load('i64.load', 0, at), op('i64.and', op('i64.xor', mask, -1), 0xffff_ffffn))
    this.f.store('i64.store', 0, op('i64.or', kept, op('i64.and', value, mask)), at)
  }

  #pointerMask(pointer: Pointer): Expression {
    if (this.#mode === 'flat32') return constant('i64', 0xffff_ffffn)
    const isStack = pointer === 'sp' || pointer === 'bp'
    return isStack ? load('i64.load', 0, state.stackMask) : this.#addressMask()
  }

  readFlags(slot: FlagSlot): Expression {
    return load('i64.load', 0, state[slot])
  }

  writeFlags(slot: FlagSlot, value: Expression): void {
    this.f.store('i64.store', 0, value, state[slot])
  }

  systemFlags(): Expression {
    return load('i32.load', 0, state.systemFlags)
  }

  writeSystemFlags(value: Expression): void {
    this.f.store('i32.store', 0, value, state.systemFlags)
  }

  /** As an offset in CS. */
  nextAddress(): Expression {
    const at = load('i32.load16_u', this.#uop, microOp.at)
    return codeOffset(this.#mode, op('i32.add', at, field(this.#uop, microOp.length)))
  }

  /** A branch inside the page finds its micro-op in its own, once it has been there. */
  relative(when: Expression | null, bytes: number): Destination {
    const f = this.f
    const taken = when && f.let(when)
    const [uop, page, leaves] = [f.local('i32'), f.local('i64'), f.local('i32')]
    // What is set on one way only would be alive all through the switch, and crowd its variables out of
    // registers.
    for (const local of [uop, page, leaves]) f.set(local, 0)
    const resolve = () => {
      f.set(uop, load('i32.load', this.#uop, microOp.link))
      f.set(leaves, op('i32.eqz', uop))
      f.if(leaves, () => {
        const target = this.#linear(op('i64.add', this.nextAddress(), this.immediate()), bytes)
        this.#find(target, uop)
        f.set(page, op('i64.and', target, ~0xfffn))
        f.if(op('i64.eq', page, load('i64.load', 0, state.page)), () => {
          f.store('i32.store', this.#uop, uop, microOp.link)
        })
      })
    }
    if (taken) f.if(taken, resolve)
    else resolve()
    return { where: { uop, page, leaves } satisfies FastDestination, when: taken }
  }

  near(address: Expression, when: Expression | null): Destination {
    const target = this.#linear(address, 4)
    const uop = this.f.local('i32')
    this.#find(target, uop)
    const page = this.f.let(op('i64.and', target, ~0xfffn))
    return { where: { uop, page, leaves: constant('i32', 1) } satisfies FastDestination, when }
  }

  /** The linear address of an offset in CS, which lies inside of its limit. */
  #linear(offset: Expression, bytes: number): Local {
    if (this.#mode === 'long64') return this.f.let(offset)
    const wrapped = this.f.let(op('i64.and', offset, bytes === 2 ? 0xffff : 0xffff_ffffn))
    if (this.#mode === 'flat32') return wrapped
    const limit = load('i64.load32_u', 0, state.segmentLimits + 4 * segment.cs)
    this.f.br(this.#exits.slow, op('i64.gt_u', wrapped, limit))
    return this.f.let(codeLinear(this.#mode, wrapped))
  }

  /** The micro-op at `target`, if its page is in the instruction TLB and has been decoded there. */
  #find(target: Local, uop: Local): void {
    const f = this.f
    const entry = f.let(codeEntry(target))
    f.br(this.#exits.slow, codeMisses(target, entry))
    f.set(uop, decodedAt(target, entry))
    f.br(this.#exits.slow, op('i32.eqz', uop))
  }

  goto({ where, when }: Destination): void {
    const { uop, page, leaves } = where as FastDestination
    const jump = () => {
      this.f.if(leaves, () => this.f.store('i64.store', 0, page, state.page))
      this.#exits.jump(uop)
    }
    if (when) this.f.if(when, jump)
    else jump()
  }

  fault(when: Expression): void {
    this.f.br(this.#exits.slow, when)
  }

  checkPort(): void {
    throw new Error('ports have slow handlers only')
  }

  leaveUnless(plain: Expression): void {
    this.f.br(this.#exits.slow, op('i32.eqz', plain))
  }

  divide(): never {
    throw new Error('a division of 128 bits is a call: it has a slow handler only')
  }

  portRead(): Expression {
    throw new Error('ports have slow handlers only')
  }

  portWrite(): void {
    throw new Error('ports have slow handlers only')
  }

  readState(at: number | Expression, type: 'i32' | 'i64'): Expression {
    return load(`${type}.load`, at)
  }

  writeState(at: number | Expression, type: 'i32' | 'i64', value: Expression): void {
    this.f.store(`${type}.store`, at, value)
  }

  isPlain(): Expression {
    throw new Error('system instructions have slow handlers only')
  }

  reload(): void {
    throw new Error('system instructions have slow handlers only')
  }

  operandNumber(index: number): Expression {
    return field(this.#uop, microOp.registers + index)
  }

  readExtended(): never {
    throw new Error('x87 has slow handlers only')
  }

  writeExtended(): void {
    throw new Error('x87 has slow handlers only')
  }

  noteX87(): void {
    throw new Error('x87 has slow handlers only')
  }

  refetch(): void {
    throw new Error('system instructions have slow handlers only')
  }

  run(): void {
    throw new Error('system instructions have slow handlers only')
  }

  writePrivilege(): void {
    throw new Error('system instructions have slow handlers only')
  }

  span(): never {
    throw new Error('system instructions have slow handlers only')
  }

  noteSpan(): void {
    throw new Error('system instructions have slow handlers only')
  }

  leap(): void {
    throw new Error('system instructions have slow handlers only')
  }

  interrupt(): void {
    throw new Error('system instructions have slow handlers only')
  }

  pause(): void {
    throw new Error('PAUSE has a slow handler only')
  }

  halt(): void {
    throw new Error('HLT has a slow handler only')
  }

  /** Addresses in 64-bit code are wide here: no pointer is cut. */
  completeWhen(when: Expression): void {
    this.f.br(this.#exits.next, when)
  }

  again(when: Expression): void {
    this.f.br(this.#exits.repeat, when)
  }

  finish(): void {
    this.f.br(this.#exits.next)
  }
}
