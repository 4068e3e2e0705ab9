import { accessBit, resolved } from '../access.ts'
import { defineFloat, type FloatFunctions } from '../float/float-functions.ts'
import { absolute, microOp, shape } from '../micro-op.ts'
import { dataTlb, segment, state } from '../state-layout.ts'
import { vector } from '../vector.ts'
import { defineVectorFunctions, type VectorFunctions } from '../vectors/vector-functions.ts'
import {
  call,
  constant,
  type Expression,
  type FunctionReference,
  load,
  op,
  select,
} from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { LoadName, StoreName } from '../wasm/opcodes.ts'
import { type DerivedFunctions, defineDerivedState } from './derived-state.ts'
import { defineExtendedAccess, type ExtendedAccess } from './extended-access.ts'
import type { Imports } from './imports.ts'
import { defineWriteMasked } from './masked-write.ts'
import type { MemoryFunctions } from './memory.ts'
import { defineReleaseUnits } from './resume.ts'
import { defineSegmentLinear } from './segmentation.ts'
import { defineStackPointer } from './stack-pointer.ts'

/** What slow handlers share: everything about a micro-op that they find out when they run. */
export interface SlowFunctions {
  /** `(micro-op, operand, bytes, access, popped) → address`, or one of `resolved`. */
  readonly operand: FunctionReference
  /** `(micro-op, popped) → offset`, wrapped to the address size. */
  readonly effectiveAddress: FunctionReference
  /** `(micro-op, segment, offset, bytes, access, slot) → address`, or one of `resolved`. */
  readonly access: FunctionReference
  /** `(segment, offset, bytes, access) → linear`; with `faultVector` set where that faults. */
  readonly segmentLinear: FunctionReference
  /** `() → rSP`, as wide as the stack is. */
  readonly readStackPointer: FunctionReference
  /** `(value)` */
  readonly writeStackPointer: FunctionReference
  /** `(micro-op, register) → value`, as wide as the address size. */
  readonly readPointer: FunctionReference
  /** `(micro-op, register, value)` */
  readonly writePointer: FunctionReference
  /** `(address, slot) → value`, by log2 of the bytes. */
  readonly read: readonly FunctionReference[]
  /** `(address, slot, value)`; a 32-bit general register is zero-extended. */
  readonly write: readonly FunctionReference[]
  /** `(address, slot, mask, value)`: of a place, the bytes whose bit in the mask is set. */
  readonly writeMasked: FunctionReference
  /** `(high, low, divisor) → quotient, remainder` */
  readonly divide: FunctionReference
  readonly memory: MemoryFunctions
  readonly extended: ExtendedAccess
  readonly float: FloatFunctions
  readonly vectors: VectorFunctions
  /** Whether instructions that TypeScript knows whole are done here where that is plain. */
  readonly plainCases: boolean
  /** What follows from the mode, see derived-state.ts. */
  readonly derived: DerivedFunctions
  /** `(vector, offset behind the instruction) → status`, or 0 with nothing done. Defined in delivery.ts. */
  readonly softwareInterrupt: FunctionReference
  /** `() → status`, or 0 with nothing done: delivers what the fault fields say, raised at RIP. */
  readonly deliverFault: FunctionReference
  /** `() → units kept back`, see resume.ts. */
  readonly releaseUnits: FunctionReference
}

export const loadNames: readonly LoadName[] = [
  'i64.load8_u',
  'i64.load16_u',
  'i64.load32_u',
  'i64.load',
  'v128.load',
]
export const storeNames: readonly StoreName[] = [
  'i64.store8',
  'i64.store16',
  'i64.store32',
  'i64.store',
  'v128.store',
]

/** General registers end below. */
const registersEnd = 256

export function field(uop: Expression, offset: number): Expression {
  return load('i32.load8_u', uop, offset)
}

export function defineSlowFunctions(
  module: ModuleBuilder,
  memory: MemoryFunctions,
  imports: Imports,
  plainCases = true,
): SlowFunctions {
  const effectiveAddress = defineEffectiveAddress(module)
  const segmentLinear = defineSegmentLinear(module)
  const access = defineAccess(module, memory, segmentLinear)
  const { readStackPointer, writeStackPointer } = defineStackPointer(module)
  return {
    memory,
    float: defineFloat(module, imports.transcendental),
    extended: defineExtendedAccess(module, memory),
    vectors: defineVectorFunctions(module),
    plainCases,
    derived: defineDerivedState(module, memory.selectBank, imports),
    softwareInterrupt: module.declare('softwareInterrupt', ['i32', 'i64'], ['i32']),
    deliverFault: module.declare('deliverFault', [], ['i32']),
    releaseUnits: defineReleaseUnits(module),
    effectiveAddress,
    segmentLinear,
    access,
    readStackPointer,
    writeStackPointer,
    operand: defineOperand(module, effectiveAddress, access),
    readPointer: module.function('readPointer', ['i32', 'i32'], ['i64'], (f) => {
      const [uop, register] = f.parameters as [Local, Local]
      f.return(op('i64.and', load('i64.load', register), addressMask(uop)))
    }),
    writePointer: defineWritePointer(module),
    read: [0, 1, 2, 3, 4].map((log) => defineRead(module, memory, log)),
    write: [0, 1, 2, 3, 4].map((log) => defineWrite(module, memory, log)),
    writeMasked: defineWriteMasked(module, memory),
    divide: defineDivide(module),
  }
}

/** The shape of operand `index`. */
export function shapeAt(uop: Expression, index: Expression | number): Expression {
  const at = typeof index === 'number' ? constant('i32', 2 * index) : op('i32.shl', index, 1)
  return op('i32.and', op('i32.shr_u', field(uop, microOp.shapes), at), 3)
}

export function addressMask(uop: Expression): Expression {
  const bytes = field(uop, microOp.addressBytes)
  const short = select(op('i32.eq', bytes, 4), constant('i64', 0xffff_ffffn), constant('i64', 0xffff))
  return select(op('i32.eq', bytes, 8), constant('i64', -1), short)
}

function defineEffectiveAddress(module: ModuleBuilder): FunctionReference {
  return module.function('effectiveAddress', ['i32', 'i32'], ['i64'], (f) => {
    const [uop, popped] = f.parameters as [Local, Local]
    const scale = f.let(field(uop, microOp.scale))
    f.if(op('i32.eq', scale, absolute), () => f.return(load('i64.load', uop, microOp.immediate)))
    const base = f.let(field(uop, microOp.base))
    const moved = select(op('i32.eq', base, 4 * 8), popped, constant('i32', 0))
    const start = op('i64.add', load('i64.load', base), op('i64.extend_i32_s', moved))
    const index = op('i64.shl', load('i64.load', field(uop, microOp.index)), op('i64.extend_i32_u', scale))
    const sum = op('i64.add', op('i64.add', start, index), load('i64.load32_s', uop, microOp.displacement))
    f.return(op('i64.and', sum, addressMask(uop)))
  })
}

/** An operand of memory: from its offset in a segment to a place. */
function defineAccess(
  module: ModuleBuilder,
  memory: MemoryFunctions,
  segmentLinear: FunctionReference,
): FunctionReference {
  return module.function('access', ['i32', 'i32', 'i64', 'i32', 'i32', 'i32'], ['i32'], (f) => {
    const [uop, number, offset, bytes, access, slot] = f.parameters as Local[] as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const linear = f.local('i64')
    // In 64-bit code FS and GS may stand where an index would: the offset holds their base then.
    const base = op('i32.add', op('i32.shl', number, 3), state.segmentBases)
    const hasBase = op('i32.eq', field(uop, microOp.index), base)
    f.if(
      op('i32.and', load('i32.load', 0, state.long), hasBase),
      () => f.set(linear, offset),
      () => {
        f.store('i32.store', 0, 0, state.faultVector)
        refuseMisaligned(f, number, offset, bytes, access)
        f.set(linear, call(segmentLinear, number, offset, bytes, access))
        f.if(load('i32.load', 0, state.faultVector), () => f.return(resolved.fault))
      },
    )
    returnAtHand(f, linear, bytes, access)
    const isStack = op('i32.mul', op('i32.eq', number, segment.ss), accessBit.stack)
    f.return(call(memory.resolve, linear, bytes, op('i32.or', access, isStack), slot))
  })
}

/** Returns the address of what fast handlers would find by themselves: nothing else is to be checked then. */
function returnAtHand(f: FunctionBuilder, linear: Local, bytes: Local, access: Local): void {
  const mask = (dataTlb.count - 1) * dataTlb.fastBytes
  const set = op('i32.and', op('i32.wrap_i64', op('i64.shr_u', linear, 7)), mask)
  const entry = f.let(op('i32.add', set, load('i32.load', 0, state.bank)))
  const isWrite = op('i32.and', access, accessBit.write)
  const tag = load('i64.load', op('i32.add', entry, op('i32.mul', isWrite, dataTlb.writeTag)), dataTlb.fast)
  const room = op('i64.extend_i32_u', op('i32.sub', 4096, bytes))
  const isThere = op('i64.le_u', op('i64.sub', linear, tag), room)
  const wanted = op('i32.ne', op('i32.and', access, accessBit.aligned), 0)
  const over = op('i32.ne', op('i32.and', op('i32.wrap_i64', linear), op('i32.sub', bytes, 1)), 0)
  f.if(op('i32.and', isThere, op('i32.eqz', op('i32.and', wanted, over))), () => {
    const addend = load('i32.load', entry, dataTlb.fast + dataTlb.addend)
    f.return(op('i32.add', op('i32.wrap_i64', linear), addend))
  })
}

/** #GP comes before what the segment allows, on hardware and in Bochs; in 64-bit mode `resolve` checks it. */
function refuseMisaligned(
  f: FunctionBuilder,
  number: Local,
  offset: Local,
  bytes: Local,
  access: Local,
): void {
  const base = load('i64.load', op('i32.shl', number, 3), state.segmentBases)
  const low = op('i32.wrap_i64', op('i64.add', base, offset))
  const over = op('i32.ne', op('i32.and', low, op('i32.sub', bytes, 1)), 0)
  const wanted = op('i32.ne', op('i32.and', access, accessBit.aligned), 0)
  const isShort = op('i32.eqz', load('i32.load', 0, state.long))
  f.if(op('i32.and', op('i32.and', over, wanted), isShort), () => {
    f.store('i32.store', 0, vector.generalProtection, state.faultVector)
    f.store('i32.store', 0, 0, state.faultCode)
    f.return(resolved.fault)
  })
}

function defineOperand(
  module: ModuleBuilder,
  effectiveAddress: FunctionReference,
  access: FunctionReference,
): FunctionReference {
  return module.function('operand', ['i32', 'i32', 'i32', 'i32', 'i32'], ['i32'], (f) => {
    const [uop, index, bytes, bits, popped] = f.parameters as [Local, Local, Local, Local, Local]
    const kind = f.let(shapeAt(uop, index))
    f.if(op('i32.eq', kind, shape.register), () => {
      f.return(field(op('i32.add', uop, index), microOp.registers))
    })
    f.if(op('i32.eq', kind, shape.immediate), () => f.return(op('i32.add', uop, microOp.immediate)))
    const offset = call(effectiveAddress, uop, popped)
    f.return(call(access, uop, field(uop, microOp.segment), offset, bytes, bits, index))
  })
}

function defineWritePointer(module: ModuleBuilder): FunctionReference {
  return module.function('writePointer', ['i32', 'i32', 'i64'], [], (f) => {
    const [uop, register, value] = f.parameters as [Local, Local, Local]
    f.if(
      op('i32.eq', field(uop, microOp.addressBytes), 2),
      () => f.store('i64.store16', register, value),
      () => f.store('i64.store', register, op('i64.and', value, addressMask(uop))),
    )
  })
}

function defineRead(module: ModuleBuilder, memory: MemoryFunctions, log: number): FunctionReference {
  return module.function(`read${8 << log}`, ['i32', 'i32'], [valueType(log)], (f) => {
    const [address, slot] = f.parameters as [Local, Local]
    const far = log === 4 ? call(memory.readFarVector, slot) : call(memory.readFar, slot, 1 << log)
    f.if(op('i32.eq', address, resolved.far), () => f.return(far))
    f.return(load(loadNames[log] ?? 'i64.load', address))
  })
}

function valueType(log: number): 'i64' | 'v128' {
  return log === 4 ? 'v128' : 'i64'
}

function defineWrite(module: ModuleBuilder, memory: MemoryFunctions, log: number): FunctionReference {
  return module.function(`write${8 << log}`, ['i32', 'i32', valueType(log)], [], (f) => {
    const [address, slot, value] = f.parameters as [Local, Local, Local]
    f.if(op('i32.eq', address, resolved.far), () => {
      if (log === 4) f.call(memory.writeFarVector, slot, value)
      else f.call(memory.writeFar, slot, 1 << log, value)
      f.return()
    })
    const name = storeNames[log] ?? 'i64.store'
    if (log === 2) {
      f.if(op('i32.lt_u', address, registersEnd), () => {
        f.store('i64.store', address, op('i64.and', value, 0xffff_ffffn))
        f.return()
      })
    }
    f.if(op('i32.ge_u', address, state.end), () => f.call(memory.noteWrite, address, 1 << log))
    f.store(name, address, value)
  })
}

/** Long division, a bit at a time; `high` is below `divisor`. */
function defineDivide(module: ModuleBuilder): FunctionReference {
  return module.function('divide128', ['i64', 'i64', 'i64'], ['i64', 'i64'], (f) => {
    const [high, low, divisor] = f.parameters as [Local, Local, Local]
    f.if(op('i64.eqz', high), () => f.return(op('i64.div_u', low, divisor), op('i64.rem_u', low, divisor)))
    const left = f.let(constant('i32', 64))
    const overflow = f.local('i64')
    f.loop((again) => {
      f.set(overflow, op('i64.shr_u', high, 63))
      f.set(high, op('i64.or', op('i64.shl', high, 1), op('i64.shr_u', low, 63)))
      f.set(low, op('i64.shl', low, 1))
      const fits = op('i64.ge_u', high, divisor)
      f.if(op('i32.or', fits, op('i32.wrap_i64', overflow)), () => {
        f.set(high, op('i64.sub', high, divisor))
        f.set(low, op('i64.or', low, 1))
      })
      f.set(left, op('i32.sub', left, 1))
      f.br(again, left)
    })
    f.return(low, high)
  })
}
