import { invariant } from '../../../support/invariant.ts'
import { accessBit, resolved } from '../access.ts'
import type { FloatFunctions } from '../float/float-functions.ts'
import { type HardwareName, hardwareOrSoft } from '../float/hardware.ts'
import type { Width } from '../float/host-numbers.ts'
import { impliedRegister, microOp, shape } from '../micro-op.ts'
import { cr0Bit, cr4Bit, flagBit, x87StatusBit } from '../register-bits.ts'
import type {
  Access,
  CodeReload,
  CoreFunction,
  Destination,
  FlagSlot,
  Place,
  Pointer,
  SegmentName,
  Span,
  SpanAccess,
  Target,
  Variant,
} from '../semantics/target.ts'
import { placeCount, segment, state } from '../state-layout.ts'
import { derived, interruption, status } from '../status.ts'
import { type FloatingUnit, meetsNumericErrors } from '../table/row.ts'
import { vector } from '../vector.ts'
import type { VectorFunctions } from '../vectors/vector-functions.ts'
import { call, constant, type Expression, load, type Operand, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { Imports } from './imports.ts'
import { nonCanonicalTest } from './non-canonical-test.ts'
import { addressMask, field, loadNames, type SlowFunctions, shapeAt, storeNames } from './slow-functions.ts'
import { stackMask } from './stack-pointer.ts'

const pointerRegisters = { si: 6, di: 7, cx: 1, bx: 3, sp: 4, bp: 5 } as const
/** Places of `at` and `operandAt`, behind those of the operands. */
const firstSlot = 3
const segmentNumbers = { es: segment.es, ss: segment.ss } as const

/** Where a slow handler's operand is: an address of this memory, or a slot of the state. */
interface SlowPlace {
  readonly address: Local
  readonly slot: number
  /** A vector register, which is read and written where it is. */
  readonly isVector: boolean
}

/**
 * Lowers a semantic to a function `(micro-op) → status` that knows every kind of memory. Faults are raised
 * here and nowhere else; operands are told apart when it runs, so that one function serves all shapes.
 */
export class SlowTarget implements Target {
  readonly f: FunctionBuilder
  readonly float: FloatFunctions
  readonly vectors: VectorFunctions
  readonly #variant: Variant
  readonly #uop: Local
  readonly #functions: SlowFunctions
  readonly #imports: Imports
  #slots = firstSlot

  constructor(f: FunctionBuilder, uop: Local, functions: SlowFunctions, imports: Imports, variant: Variant) {
    this.f = f
    this.float = functions.float
    this.vectors = functions.vectors
    this.#variant = variant
    this.#uop = uop
    this.#functions = functions
    this.#imports = imports
  }

  operand(index: number, bytes: number, access: Access, popped: number): Place {
    const bits = (access === 'r' ? 0 : accessBit.write) | (this.#variant.aligned ? accessBit.aligned : 0)
    const { file = 0, isVector = false } = this.#variant.operands[index] ?? {}
    const address = this.f.local('i32')
    const inFile = () => this.f.set(address, op('i32.add', field(this.#uop, microOp.registers + index), file))
    const find = () => {
      this.f.set(address, call(this.#functions.operand, this.#uop, index, bytes, bits, popped))
      this.#faultIf(op('i32.eq', address, resolved.fault))
    }
    if (isVector) inFile()
    else if (file !== 0) this.f.if(this.isMemory(index), find, inFile)
    else find()
    return { bytes, where: { address, slot: index, isVector } satisfies SlowPlace }
  }

  operandAt(index: number, distance: Expression, bytes: number, access: Access): Place {
    const address = this.f.local('i32')
    const place: Place = { bytes, where: { address, slot: this.#slots, isVector: false } satisfies SlowPlace }
    this.f.if(
      op('i32.eq', shapeAt(this.#uop, index), shape.memory),
      () => {
        const offset = this.wrapped(op('i64.add', this.effectiveAddress(), distance))
        const memory = this.#memory(field(this.#uop, microOp.segment), offset, bytes, access)
        this.f.set(address, (memory.where as SlowPlace).address)
      },
      () => this.f.set(address, field(this.#uop, microOp.registers + index)),
    )
    return place
  }

  isMemory(index: number): Expression {
    return op('i32.eq', shapeAt(this.#uop, index), shape.memory)
  }

  requireUnit(unit: FloatingUnit): void {
    const [cr0, cr4] = [load('i32.load', 0, state.cr0), load('i32.load', 0, state.cr4)]
    const has = (value: Expression, bit: number) => op('i32.and', value, bit)
    const emulated = has(cr0, cr0Bit.em)
    if (unit === 'sse' || unit === 'sse-mmx') {
      const absent = op('i32.eqz', has(cr4, cr4Bit.osfxsr))
      this.fault(op('i32.or', emulated, absent), vector.undefined, 0)
    } else if (unit === 'xsave') this.fault(op('i32.eqz', has(cr4, cr4Bit.osxsave)), vector.undefined, 0)
    else if (unit === 'mmx') this.fault(emulated, vector.undefined, 0)
    else if (unit !== 'wait') this.fault(emulated, vector.deviceNotAvailable, 0)
    const switched = has(cr0, cr0Bit.ts)
    const monitored = op('i32.and', op('i32.shr_u', cr0, 1), op('i32.shr_u', cr0, 3))
    this.fault(unit === 'wait' ? op('i32.and', monitored, 1) : switched, vector.deviceNotAvailable, 0)
    if (meetsNumericErrors(unit)) this.#reportNumericError(cr0)
  }

  /** #MF; with CR0.NE clear it waits for the interrupt that the machine makes of it. */
  #reportNumericError(cr0: Expression): void {
    this.f.if(op('i32.and', load('i32.load', 0, state.x87Status), x87StatusBit.summary), () => {
      this.fault(op('i32.and', cr0, cr0Bit.ne), vector.floatingPoint, 0)
      this.f.if(op('i32.eqz', load('i32.load', 0, state.numericErrorsIgnored)), () => {
        this.f.call(this.#imports.numericError)
        this.f.store('i64.store', 0, instructionOffset(this.#uop), state.rip)
        this.f.return(status.halt)
      })
    })
  }

  hardware(width: Width, name: HardwareName, mxcsr: Local, operands: readonly Local[]) {
    return hardwareOrSoft({ f: this.f, width, name, operands, mxcsr }, this.float.hardware)
  }

  numericFault(unmasked: Expression, flags: Expression, keep: () => void): void {
    this.f.if(unmasked, () => {
      keep()
      const mxcsr = op('i32.or', load('i32.load', 0, state.mxcsr), flags)
      this.f.store('i32.store', 0, mxcsr, state.mxcsr)
      const isKnown = op('i32.and', load('i32.load', 0, state.cr4), cr4Bit.osxmmexcpt)
      this.f.store('i32.store', 0, vector.undefined, state.faultVector)
      this.f.if(isKnown, () => this.f.store('i32.store', 0, vector.simd, state.faultVector))
      this.f.store('i32.store', 0, 0, state.faultCode)
      this.f.return(status.fault)
    })
  }

  register(number: number, bytes: number): Place {
    const address = this.f.let(constant('i32', impliedRegister(number, bytes)))
    return { bytes, where: { address, slot: 0, isVector: false } satisfies SlowPlace }
  }

  at(name: SegmentName, address: Expression, bytes: number, access: Access): Place {
    const number = name === 'source' ? field(this.#uop, microOp.segment) : segmentNumbers[name]
    const offset = name === 'ss' ? op('i64.and', address, stackMask()) : address
    return this.#memory(number, offset, bytes, access)
  }

  #memory(number: number | Expression, offset: Expression, bytes: number, access: Access): Place {
    const slot = this.#slots++
    invariant(slot < placeCount - 1, 'an instruction has a few places')
    const bits = access === 'r' ? 0 : accessBit.write
    const address = this.f.let(call(this.#functions.access, this.#uop, number, offset, bytes, bits, slot))
    this.#faultIf(op('i32.eq', address, resolved.fault))
    return { bytes, where: { address, slot, isVector: false } satisfies SlowPlace }
  }

  effectiveAddress(): Expression {
    return call(this.#functions.effectiveAddress, this.#uop, 0)
  }

  linearAddress(): Expression {
    const number = field(this.#uop, microOp.segment)
    return call(this.#functions.segmentLinear, number, this.effectiveAddress(), 1, 0)
  }

  wrapped(offset: Expression): Expression {
    return op('i64.and', offset, addressMask(this.#uop))
  }

  immediate(): Expression {
    return load('i64.load', this.#uop, microOp.immediate)
  }

  read(place: Place): Expression {
    const { address, slot, isVector } = place.where as SlowPlace
    if (isVector) return load(ofSize(loadNames, place.bytes), address)
    return call(ofSize(this.#functions.read, place.bytes), address, slot)
  }

  write(place: Place, value: Expression): void {
    const { address, slot, isVector } = place.where as SlowPlace
    if (isVector) {
      this.f.store(ofSize(storeNames, place.bytes), address, value)
      return
    }
    this.f.call(ofSize(this.#functions.write, place.bytes), address, slot, value)
  }

  readExtended(place: Place): readonly [low: Expression, high: Expression] {
    const { address, slot } = place.where as SlowPlace
    const [low, high] = this.f.call(this.#functions.extended.readExtended, address, slot)
    invariant(low && high, 'ten bytes are two values')
    return [low, high]
  }

  writeExtended(place: Place, low: Expression, high: Expression): void {
    const { address, slot } = place.where as SlowPlace
    this.f.call(this.#functions.extended.writeExtended, address, slot, low, high)
  }

  noteX87(): void {
    this.f.store('i64.store', 0, instructionOffset(this.#uop), state.x87Instruction)
    this.f.store('i32.store', 0, load('i32.load', this.#uop, microOp.immediate), state.x87Opcode)
    if (this.#variant.operands.length === 0) return
    this.f.if(this.isMemory(0), () => this.f.store('i64.store', 0, this.effectiveAddress(), state.x87Operand))
  }

  writeMasked(place: Place, mask: Expression, value: Expression): void {
    const { address, slot } = place.where as SlowPlace
    this.f.call(this.#functions.writeMasked, address, slot, mask, value)
  }

  readPointer(pointer: Pointer): Expression {
    if (pointer === 'sp') return call(this.#functions.readStackPointer)
    if (pointer === 'bp') return op('i64.and', load('i64.load', 0, pointerRegisters.bp * 8), stackMask())
    return call(this.#functions.readPointer, this.#uop, pointerRegisters[pointer] * 8)
  }

  writePointer(pointer: Pointer, value: Expression): void {
    if (pointer === 'sp') this.f.call(this.#functions.writeStackPointer, value)
    else this.f.call(this.#functions.writePointer, this.#uop, pointerRegisters[pointer] * 8, value)
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

  isPlain(place: Place): Expression {
    return op('i32.ne', (place.where as SlowPlace).address, resolved.far)
  }

  operandNumber(index: number): Expression {
    return field(this.#uop, microOp.registers + index)
  }

  readState(at: number | Expression, type: 'i32' | 'i64'): Expression {
    return load(`${type}.load`, at)
  }

  writeState(at: number | Expression, type: 'i32' | 'i64', value: Expression): void {
    this.f.store(`${type}.store`, at, value)
  }

  refetch(): void {
    this.f.store('i32.store', 0, interruption.codeChanged, state.interruption)
  }

  run(name: CoreFunction, operands: readonly Operand[]): void {
    this.f.call(this.#functions.memory[name], ...operands)
  }

  writePrivilege(level: Expression | 0 | 3): void {
    const value = typeof level === 'number' ? constant('i64', level) : level
    this.f.store('i32.store', 0, op('i32.wrap_i64', value), state.cpl)
    this.f.store('i64.store', 0, op('i64.extend_i32_u', op('i64.eq', value, 3)), state.fetchesAsUser)
    this.f.call(this.#functions.memory.selectBank)
  }

  /** Data breakpoints and alignment checks look at more than a plain case does. */
  span(linear: Expression, bytes: Expression | number, access: SpanAccess): Span {
    const size = typeof bytes === 'number' ? constant('i32', bytes) : op('i32.wrap_i64', bytes)
    const inPage = op('i32.and', op('i32.wrap_i64', linear), 0xfff)
    this.leaveUnless(op('i32.le_u', op('i32.add', inPage, size), 4096))
    if (access !== 'system') this.leaveUnless(op('i32.eqz', load('i32.load', 0, state.unarmed)))
    const { resolve } = this.#functions.memory
    const address = this.f.local('i32')
    if (typeof access === 'string') {
      this.f.set(address, call(resolve, linear, size, accessBit[access], this.#slots))
    } else {
      const before = this.f.let(load('i32.load', 0, state.cpl))
      this.f.store('i32.store', 0, op('i32.wrap_i64', access.level), state.cpl)
      this.f.set(address, call(resolve, linear, size, accessBit.write, this.#slots))
      this.f.store('i32.store', 0, before, state.cpl)
    }
    this.leaveUnless(op('i32.lt_u', address, resolved.far))
    return { address }
  }

  noteSpan({ address }: Span, bytes: Expression | number): void {
    const size = typeof bytes === 'number' ? bytes : op('i32.wrap_i64', bytes)
    this.f.call(this.#functions.memory.noteWrite, address, size)
  }

  leap(target: Expression, reload: CodeReload, resumes: Expression | null): void {
    const { refresh, refreshParagraph } = this.#functions.derived
    this.f.store('i64.store', 0, target, state.rip)
    if (reload === 'paragraph') this.f.call(refreshParagraph)
    if (reload === 'all') {
      const code = this.f.let(call(refresh))
      this.f.if(op('i32.eq', code, derived.otherInterpreter), () => this.f.return(status.mode))
    }
    if (resumes) this.f.if(resumes, () => this.f.return(status.resume))
    this.f.return(status.jump)
  }

  /** 64-bit code looks at no data segment's limit or type. */
  reload(): void {
    this.f.if(op('i32.eqz', isLong()), () => {
      const code = this.f.let(call(this.#functions.derived.refresh))
      this.f.if(code, () => {
        this.f.store('i64.store', 0, this.nextAddress(), state.rip)
        const isOther = op('i32.eq', code, derived.otherInterpreter)
        this.f.return(select(isOther, constant('i32', status.mode), constant('i32', status.jump)))
      })
    })
  }

  interrupt(vector: Expression): void {
    const { softwareInterrupt } = this.#functions
    const done = this.f.let(call(softwareInterrupt, op('i32.wrap_i64', vector), this.nextAddress()))
    this.f.if(done, () => this.f.return(done))
    this.leaveUnless(constant('i32', 0))
  }

  /** As an offset in CS. */
  nextAddress(): Expression {
    const length = op('i64.extend_i32_u', field(this.#uop, microOp.length))
    return op('i64.and', op('i64.add', instructionOffset(this.#uop), length), offsetMask())
  }

  relative(when: Expression | null, bytes: number): Destination {
    const target = op('i64.add', this.nextAddress(), this.immediate())
    return this.near(op('i64.and', target, bytes === 2 ? constant('i64', 0xffff) : offsetMask()), when)
  }

  /** Not canonical, or past the limit of CS: #GP before anything is pushed. */
  near(address: Expression, when: Expression | null): Destination {
    const target = this.f.let(address)
    const outside = this.f.local('i32')
    this.f.if(
      isLong(),
      () => this.f.set(outside, nonCanonicalTest(this.f)(target)),
      () => {
        const limit = load('i64.load32_u', 0, state.segmentLimits + 4 * segment.cs)
        this.f.set(outside, op('i64.gt_u', target, limit))
      },
    )
    this.fault(when ? op('i32.and', outside, when) : outside, vector.generalProtection, 0)
    return { where: target, when }
  }

  goto({ where, when }: Destination): void {
    const jump = () => {
      this.f.store('i64.store', 0, where as Local, state.rip)
      this.f.return(status.jump)
    }
    if (when) this.f.if(when, jump)
    else jump()
  }

  fault(when: Expression, number: number, code: number): void {
    this.f.if(when, () => {
      this.f.store('i32.store', 0, number, state.faultVector)
      this.f.store('i32.store', 0, code, state.faultCode)
      this.f.return(status.fault)
    })
  }

  /** IOPL allows it, or the I/O permission bitmap of the task is asked. */
  checkPort(port: Expression, bytes: number): void {
    const flags = load('i32.load', 0, state.systemFlags)
    const level = op('i32.and', op('i32.shr_u', flags, 12), 3)
    const asks = op(
      'i32.or',
      op('i32.gt_u', load('i32.load', 0, state.cpl), level),
      op('i32.and', flags, flagBit.virtual8086),
    )
    this.f.if(asks, () => {
      const allowed = call(this.#imports.portAllowed, op('i32.wrap_i64', port), bytes)
      this.#faultIf(op('i32.eqz', allowed))
    })
  }

  leaveUnless(plain: Expression): void {
    this.f.if(op('i32.eqz', plain), () => {
      this.f.store('i64.store', 0, instructionOffset(this.#uop), state.rip)
      this.f.return(call(this.#imports.system, this.#uop))
    })
  }

  #faultIf(when: Expression): void {
    this.f.if(when, () => this.f.return(status.fault))
  }

  divide(high: Expression, low: Expression, divisor: Expression): readonly [Expression, Expression] {
    const [quotient, remainder] = this.f.call(this.#functions.divide, high, low, divisor)
    invariant(quotient && remainder, 'a division has two results')
    return [quotient, remainder]
  }

  portRead(port: Expression, bytes: number): Expression {
    return op('i64.extend_i32_u', call(this.#imports.portRead, op('i32.wrap_i64', port), bytes))
  }

  portWrite(port: Expression, value: Expression, bytes: number): void {
    this.f.call(this.#imports.portWrite, op('i32.wrap_i64', port), bytes, op('i32.wrap_i64', value))
  }

  pause(): void {
    this.f.call(this.#imports.pause)
  }

  halt(): void {
    this.f.store('i64.store', 0, this.nextAddress(), state.rip)
    this.f.return(status.halt)
  }

  completeWhen(when: Expression, cut: readonly Pointer[]): void {
    this.f.if(when, () => {
      for (const pointer of cut) this.writePointer(pointer, this.readPointer(pointer))
      this.f.return(status.next)
    })
  }

  again(when: Expression): void {
    this.f.if(when, () => this.f.return(status.again))
  }

  finish(): void {
    this.f.return(status.next)
  }
}

/** Where the micro-op's instruction is, as an offset in CS. */
export function instructionOffset(uop: Expression): Expression {
  const page = op('i64.sub', load('i64.load', 0, state.page), load('i64.load', 0, state.codeBase))
  const offset = op('i64.add', page, op('i64.extend_i32_u', load('i32.load16_u', uop, microOp.at)))
  return op('i64.and', offset, offsetMask())
}

/** Offsets in CS outside of 64-bit mode have 32 bits. */
const offsetMask = () => select(isLong(), constant('i64', -1), constant('i64', 0xffff_ffffn))

const isLong = () => load('i32.load', 0, state.long)

function ofSize<Item>(list: readonly Item[], bytes: number): Item {
  const item = list[Math.log2(bytes)]
  invariant(item, `${bytes} bytes are an operand size`)
  return item
}
