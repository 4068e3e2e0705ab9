import { Operations } from '../semantics/operations.ts'
import { deliverLong, deliverReal, type PlainEvent } from '../semantics/plain-delivery.ts'
import type { Variant } from '../semantics/target.ts'
import { state } from '../state-layout.ts'
import { vector } from '../vector.ts'
import type { Expression } from '../wasm/expression.ts'
import { call, constant, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { Imports } from './imports.ts'
import type { SlowFunctions } from './slow-functions.ts'
import { SlowTarget } from './slow-target.ts'

const variant: Variant = { bytes: 8, operands: [], condition: 0, repeat: 0, aligned: false, unit: null }

const bitsOf = (vectors: readonly number[]) => vectors.reduce((bits, one) => bits | (1 << one), 0)

/** Faults with an error code, and those without: no #DB, no #DF. */
const withCode = bitsOf([
  vector.invalidTss,
  vector.notPresent,
  vector.stack,
  vector.generalProtection,
  vector.pageFault,
  vector.alignment,
])
const withoutCode = bitsOf([
  vector.divideError,
  vector.boundRange,
  vector.undefined,
  vector.deviceNotAvailable,
  vector.floatingPoint,
  vector.simd,
])

/** What an attempt writes down when an access of its own faults, which is nobody's business. */
const kept = [
  ['i64', state.cr2],
  ['i32', state.faultVector],
  ['i32', state.faultCode],
] as const

/** Lowers the delivery of an event to a function that answers a status, or 0 with nothing changed. */
class DeliveryTarget extends SlowTarget {
  readonly #kept: readonly Local[]
  readonly #functions: SlowFunctions

  constructor(f: FunctionBuilder, functions: SlowFunctions, imports: Imports) {
    super(f, f.parameters[0] as Local, functions, imports, variant)
    this.#functions = functions
    this.#kept = kept.map(([type, at]) => f.let(load(`${type}.load`, 0, at)))
  }

  override leaveUnless(plain: Expression): void {
    const stays = this.#functions.plainCases ? plain : constant('i32', 0)
    this.f.if(op('i32.eqz', stays), () => {
      for (const [index, [type, at]] of kept.entries()) {
        this.f.store(`${type}.store`, 0, this.#kept[index] ?? 0, at)
      }
      this.f.return(0)
    })
  }
}

/** Defines `functions.softwareInterrupt` and `functions.deliverFault`. */
export function defineDelivery(module: ModuleBuilder, functions: SlowFunctions, imports: Imports): void {
  const deliver = (name: string, write: (b: Operations, event: PlainEvent) => void) =>
    module.function(name, ['i32', 'i64'], ['i32'], (f) => {
      const [number, returnTo] = f.parameters as [Local, Local]
      const none = constant('i64', 0)
      const event = { vector: f.let(op('i64.extend_i32_u', number)), isSoftware: true, returnTo }
      const b = new Operations(new DeliveryTarget(f, functions, imports), variant)
      write(b, { ...event, code: none, hasCode: none })
      b.end()
    })
  const interruptLong = deliver('interruptLong', deliverLong)
  const interruptReal = deliver('interruptReal', deliverReal)
  module.define(functions.softwareInterrupt, (f) => {
    const [number, returnTo] = f.parameters as [Local, Local]
    f.if(load('i32.load', 0, state.long), () => f.return(call(interruptLong, number, returnTo)))
    f.return(call(interruptReal, number, returnTo))
  })
  module.define(functions.deliverFault, (f) => defineFault(f, functions, imports))
}

function defineFault(f: FunctionBuilder, functions: SlowFunctions, imports: Imports): void {
  const number = f.let(load('i32.load', 0, state.faultVector))
  const isOne = (bits: number) => op('i32.and', op('i32.shr_u', constant('i32', bits), number), 1)
  const isKnown = op('i32.and', op('i32.lt_u', number, 32), isOne(withCode | withoutCode))
  const b = new Operations(new DeliveryTarget(f, functions, imports), variant)
  b.leaveUnless(isKnown)
  deliverLong(b, {
    vector: f.let(op('i64.extend_i32_u', number)),
    isSoftware: false,
    code: f.let(load('i64.load32_u', 0, state.faultCode)),
    hasCode: f.let(op('i64.extend_i32_u', isOne(withCode))),
    returnTo: f.let(load('i64.load', 0, state.rip)),
  })
  b.end()
}
