import { invariant } from '../../../support/invariant.ts'
import { microOp } from '../micro-op.ts'
import type {
  Access,
  Destination,
  FlagSlot,
  Place,
  Pointer,
  SegmentName,
  Target,
} from '../semantics/target.ts'
import { state } from '../state-layout.ts'
import { call, constant, type Expression, load, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { Imports } from './imports.ts'
import { accessBit, resolved } from './memory.ts'
import { field, type SlowFunctions } from './slow-functions.ts'
import { status } from './status.ts'

const pointerRegisters = { si: 6, di: 7, cx: 1, sp: 4 } as const
const segmentNumbers = { es: 0, ss: 2 } as const
const generalProtection = 13

/** Where a slow handler's operand is: an address of this memory, or a slot of the state. */
interface SlowPlace {
  readonly address: Local
  readonly slot: number
}

/**
 * Lowers a semantic to a function `(micro-op) → status` that knows every kind of memory. Faults are raised
 * here and nowhere else; operands are told apart when it runs, so that one function serves all shapes.
 */
export class SlowTarget implements Target {
  readonly f: FunctionBuilder
  readonly #uop: Local
  readonly #functions: SlowFunctions
  readonly #imports: Imports
  #slots = 3

  constructor(f: FunctionBuilder, uop: Local, functions: SlowFunctions, imports: Imports) {
    this.f = f
    this.#uop = uop
    this.#functions = functions
    this.#imports = imports
  }

  operand(index: number, bytes: number, access: Access, popped: number): Place {
    const bits = access === 'r' ? 0 : accessBit.write
    const address = this.f.let(call(this.#functions.operand, this.#uop, index, bytes, bits, popped))
    this.#faultIf(op('i32.eq', address, resolved.fault))
    return { bytes, where: { address, slot: index } satisfies SlowPlace }
  }

  register(number: number, bytes: number): Place {
    const address = this.f.let(constant('i32', number * 8))
    return { bytes, where: { address, slot: 0 } satisfies SlowPlace }
  }

  at(segment: SegmentName, address: Expression, bytes: number, access: Access): Place {
    const slot = this.#slots
    this.#slots = slot === 3 ? 2 : 1
    const number = segment === 'source' ? field(this.#uop, microOp.segment) : segmentNumbers[segment]
    const linear = call(this.#functions.linear, this.#uop, number, address)
    const bits = (access === 'r' ? 0 : accessBit.write) | (segment === 'ss' ? accessBit.stack : 0)
    const place = this.f.let(call(this.#functions.memory.resolve, linear, bytes, bits, slot))
    this.#faultIf(op('i32.eq', place, resolved.fault))
    return { bytes, where: { address: place, slot } satisfies SlowPlace }
  }

  effectiveAddress(): Expression {
    return call(this.#functions.effectiveAddress, this.#uop, 0)
  }

  immediate(): Expression {
    return load('i64.load', this.#uop, microOp.immediate)
  }

  read(place: Place): Expression {
    const { address, slot } = place.where as SlowPlace
    return call(ofSize(this.#functions.read, place.bytes), address, slot)
  }

  write(place: Place, value: Expression): void {
    const { address, slot } = place.where as SlowPlace
    this.f.call(ofSize(this.#functions.write, place.bytes), address, slot, value)
  }

  readPointer(pointer: Pointer): Expression {
    const register = pointerRegisters[pointer] * 8
    if (pointer === 'sp') return op('i64.and', load('i64.load', 0, register), this.#stackMask())
    return call(this.#functions.readPointer, this.#uop, register)
  }

  writePointer(pointer: Pointer, value: Expression): void {
    const register = pointerRegisters[pointer] * 8
    if (pointer === 'sp') this.f.store('i64.store', 0, op('i64.and', value, this.#stackMask()), register)
    else this.f.call(this.#functions.writePointer, this.#uop, register, value)
  }

  #stackMask(): Expression {
    return select(this.#isLong(), constant('i64', -1), constant('i64', 0xffff_ffffn))
  }

  #isLong(): Expression {
    return load('i32.load', 0, state.long)
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

  nextAddress(): Expression {
    const here = op('i32.add', load('i32.load16_u', this.#uop, microOp.at), field(this.#uop, microOp.length))
    const next = op('i64.add', load('i64.load', 0, state.page), op('i64.extend_i32_u', here))
    return op('i64.and', next, this.#stackMask())
  }

  relative(when: Expression | null): Destination {
    return this.near(
      op('i64.and', op('i64.add', this.nextAddress(), this.immediate()), this.#stackMask()),
      when,
    )
  }

  near(address: Expression, when: Expression | null): Destination {
    const target = this.f.let(address)
    const inside = op('i64.eq', op('i64.shr_s', op('i64.shl', target, 16), 16), target)
    const taken = when ?? constant('i32', 1)
    this.fault(
      op('i32.and', op('i32.and', this.#isLong(), op('i32.eqz', inside)), taken),
      generalProtection,
      0,
    )
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

  fault(when: Expression, vector: number, code: number): void {
    this.f.if(when, () => {
      this.f.store('i32.store', 0, vector, state.faultVector)
      this.f.store('i32.store', 0, code, state.faultCode)
      this.f.return(status.fault)
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

  writeTable(table: 'gdt' | 'idt', base: Expression, limit: Expression): void {
    this.f.store('i64.store', 0, base, table === 'gdt' ? state.gdtBase : state.idtBase)
    const at = table === 'gdt' ? state.gdtLimit : state.idtLimit
    this.f.store('i32.store', 0, op('i32.wrap_i64', limit), at)
  }

  portRead(port: Expression, bytes: number): Expression {
    return op('i64.extend_i32_u', call(this.#imports.portRead, op('i32.wrap_i64', port), bytes))
  }

  portWrite(port: Expression, value: Expression, bytes: number): void {
    this.f.call(this.#imports.portWrite, op('i32.wrap_i64', port), bytes, op('i32.wrap_i64', value))
  }

  halt(): void {
    this.f.store('i64.store', 0, this.nextAddress(), state.rip)
    this.f.return(status.halt)
  }

  completeWhen(when: Expression): void {
    this.f.if(when, () => this.f.return(status.next))
  }

  again(when: Expression): void {
    this.f.if(when, () => this.f.return(status.again))
  }

  finish(): void {
    this.f.return(status.next)
  }
}

function ofSize<Item>(list: readonly Item[], bytes: number): Item {
  const item = list[Math.log2(bytes)]
  invariant(item, `${bytes} bytes are an operand size`)
  return item
}
