import { invariant } from '../../../support/invariant.ts'
import { flag } from '../float/formats.ts'
import type { X87 } from '../float/x87.ts'
import { x87StatusBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import {
  constant,
  type Expression,
  type FunctionReference,
  load,
  type Operand,
  op,
  select,
} from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Place, Target } from './target.ts'

/** A register of the stack: its offset in the file, its bit in `x87Full`, and whether it is empty (i32). */
export interface StackRegister {
  readonly offset: Local
  readonly bit: Local
  readonly isEmpty: Local
}

/** A number of the extended format: its significand, then an i32 of sign and exponent. */
export interface Extended {
  readonly low: Expression
  readonly high: Expression
}

/** What an instruction raises, with C1, and whether it has a result: nothing that stops it is unmasked. */
export interface Outcome {
  readonly flags: Local
  readonly isDone: Expression
  /** There was a stack fault: the masked response is the indefinite value. */
  readonly isFault: Expression
}

/** The masked response to most invalid operations (SDM volume 1, table 4-3). */
const indefinite: Extended = {
  low: constant('i64', 0xc000_0000_0000_0000n),
  high: constant('i32', 0xffff),
}

const registerBytes = 16
const fileMask = 7 * registerBytes
const topUnit = 0x800
const topShift = 7
const summary = x87StatusBit.summary | x87StatusBit.busy
const conditionCodes = x87StatusBit.c3 | x87StatusBit.c2 | x87StatusBit.c0

type Guard = (phase: 'resolve' | 'commit', what: string) => void

/**
 * What semantics of x87 use beside `Operations`, in the same two phases: the stack, its faults, the status
 * word. An instruction with an unmasked exception is done all the same: it commits the flags, and the next
 * one that waits raises #MF (SDM volume 1, 8.7).
 */
export class X87Operations {
  readonly #target: Target
  readonly #guard: Guard
  readonly #commit: (body: () => void) => void
  #control: Local | null = null

  constructor(target: Target, guard: Guard, commit: (body: () => void) => void) {
    this.#target = target
    this.#guard = guard
    this.#commit = commit
  }

  /** Soft float. */
  get functions(): X87 {
    return this.#target.float.x87
  }

  // Phase 1.

  /** The control word. */
  get control(): Local {
    this.#guard('resolve', 'the control word')
    this.#control ??= this.#target.f.let(load('i32.load', 0, state.x87Control))
    return this.#control
  }

  call(callee: FunctionReference, ...operands: readonly Operand[]): readonly Local[] {
    this.#guard('resolve', 'a computation')
    return this.#target.f.call(callee, ...operands)
  }

  /** Operand `index`, an `ST0` or `STi`. */
  operand(index: number): StackRegister {
    return this.#register(this.#target.operandNumber(index))
  }

  /** ST(distance): -1 is where a push goes. */
  st(distance: number): StackRegister {
    return this.#register(constant('i32', distance * registerBytes))
  }

  #register(distance: Expression): StackRegister {
    this.#guard('resolve', 'a register of the stack')
    const { f } = this.#target
    const top = op('i32.shr_u', load('i32.load', 0, state.x87Status), topShift)
    const offset = f.let(op('i32.and', op('i32.add', top, distance), fileMask))
    const bit = f.let(op('i32.shl', constant('i32', 1), op('i32.shr_u', offset, 4)))
    const isEmpty = f.let(op('i32.eqz', op('i32.and', load('i32.load', 0, state.x87Full), bit)))
    return { offset, bit, isEmpty }
  }

  read({ offset }: StackRegister): Extended {
    this.#guard('resolve', 'a read')
    const { f } = this.#target
    const high = f.let(load('i32.load16_u', offset, state.x87 + 8))
    return { low: f.let(load('i64.load', offset, state.x87)), high }
  }

  readMemory(place: Place): Extended {
    this.#guard('resolve', 'a read')
    const [low, high] = this.#target.readExtended(place)
    return { low, high }
  }

  /**
   * What is raised: `flags` of the computation; where `isFault` holds, an invalid operation of the stack
   * instead, which read an empty register, or with `overflow` pushed on a full one. There is no result with
   * one of `stops` unmasked.
   */
  outcome(
    flags: Expression | number,
    isFault: Expression,
    overflow: Expression | null = null,
    stops: number = flag.before,
  ): Outcome {
    this.#guard('resolve', 'the outcome')
    const { f } = this.#target
    const computed = typeof flags === 'number' ? constant('i32', flags) : flags
    const empty = constant('i32', flag.invalid | x87StatusBit.stackFault)
    const full = constant('i32', flag.invalid | x87StatusBit.stackFault | flag.c1)
    const fault = overflow ? select(overflow, full, empty) : empty
    const all = f.let(select(isFault, fault, computed))
    const open = op('i32.and', op('i32.and', all, op('i32.xor', this.control, -1)), stops)
    return { flags: all, isDone: f.let(op('i32.eqz', open)), isFault }
  }

  /** The result, or the masked response to a stack fault. */
  result({ isFault }: Outcome, { low, high }: Extended): Extended {
    const { f } = this.#target
    return {
      low: f.let(select(isFault, indefinite.low, low)),
      high: f.let(select(isFault, indefinite.high, high)),
    }
  }

  // Phase 2.

  /** Commits an instruction that is not of those which only control x87: FIP, FDP and FOP become its own. */
  commit(body: () => void): void {
    this.#commit(() => {
      this.#target.noteX87()
      body()
    })
  }

  /** Exceptions join the status word; C1 becomes that of `flags`; then `body`, if there is a result. */
  settle({ flags, isDone }: Outcome, body: () => void): void {
    this.raise(flags)
    this.#target.f.if(isDone, body)
  }

  /** Exceptions join the status word; C1 becomes that of `flags`. */
  raise(flags: Expression | number): void {
    const kept = op('i32.and', load('i32.load', 0, state.x87Status), ~flag.c1)
    this.setStatus(op('i32.or', kept, flags))
  }

  /** The status word with ES and B as its exceptions and the masks say. */
  setStatus(value: Expression | number): void {
    this.#guard('commit', 'the status word')
    const { f } = this.#target
    const status = f.let(typeof value === 'number' ? constant('i32', value) : value)
    const masks = op('i32.xor', load('i32.load', 0, state.x87Control), -1)
    const open = op('i32.and', op('i32.and', status, masks), 0x3f)
    const summaries = select(open, constant('i32', summary), constant('i32', 0))
    f.store('i32.store', 0, op('i32.or', op('i32.and', status, ~summary), summaries), state.x87Status)
    f.if(op('i32.eqz', open), () => f.store('i32.store', 0, 0, state.numericErrorsIgnored))
  }

  /** C3, C2 and C0, or those of `which`. */
  setCodes(codes: Expression | number, which: number = conditionCodes): void {
    this.#guard('commit', 'condition codes')
    const kept = op('i32.and', load('i32.load', 0, state.x87Status), ~which)
    const value = op('i32.or', kept, codes)
    this.#target.f.store('i32.store', 0, value, state.x87Status)
  }

  write({ offset, bit }: StackRegister, { low, high }: Extended): void {
    this.#guard('commit', 'a write')
    const { f } = this.#target
    f.store('i64.store', offset, low, state.x87)
    f.store('i32.store16', offset, high, state.x87 + 8)
    f.store('i32.store', 0, op('i32.or', load('i32.load', 0, state.x87Full), bit), state.x87Full)
  }

  writeMemory(place: Place, { low, high }: Extended): void {
    this.#guard('commit', 'a write')
    this.#target.writeExtended(place, low, high)
  }

  /** Makes a register empty. */
  free({ bit }: StackRegister): void {
    this.#guard('commit', 'a tag')
    const left = op('i32.and', load('i32.load', 0, state.x87Full), op('i32.xor', bit, -1))
    this.#target.f.store('i32.store', 0, left, state.x87Full)
  }

  /** Frees `popped`, which are ST(0) to ST(n - 1), and moves TOP by as many. */
  pop(...popped: readonly StackRegister[]): void {
    for (const one of popped) this.free(one)
    if (popped.length > 0) this.moveTop(popped.length)
  }

  /** `register` is `st(-1)`. */
  push(register: StackRegister, value: Extended): void {
    this.moveTop(-1)
    this.write(register, value)
  }

  moveTop(by: number): void {
    this.#guard('commit', 'TOP')
    invariant(Number.isInteger(by), 'TOP moves by whole registers')
    const status = this.#target.f.let(load('i32.load', 0, state.x87Status))
    const top = op('i32.and', op('i32.add', status, by * topUnit), x87StatusBit.top)
    const value = op('i32.or', op('i32.and', status, ~x87StatusBit.top), top)
    this.#target.f.store('i32.store', 0, value, state.x87Status)
  }
}
