import { accessBit } from '../access.ts'
import { rights, segment, state } from '../state-layout.ts'
import { vector } from '../vector.ts'
import { constant, type Expression, type FunctionReference, load, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/**
 * `(segment, offset, bytes, access) → linear`. In 64-bit mode only FS and GS have a base, and there is no
 * limit; elsewhere type and limit are checked (SDM volume 3, 5.3 to 5.5), and linear addresses have 32 bits.
 * `faultVector` is set where the access is refused, and left alone otherwise.
 */
export function defineSegmentLinear(module: ModuleBuilder): FunctionReference {
  return module.function('segmentLinear', ['i32', 'i64', 'i32', 'i32'], ['i64'], (f) => {
    const [number, offset, bytes, access] = f.parameters as [Local, Local, Local, Local]
    const base = load('i64.load', op('i32.add', op('i32.shl', number, 3), state.segmentBases))
    f.if(load('i32.load', 0, state.long), () => {
      f.if(op('i32.ge_u', number, segment.fs), () => f.return(op('i64.add', offset, base)))
      f.return(offset)
    })
    const at = f.let(op('i32.shl', number, 2))
    const allowed = f.let(load('i32.load', at, state.segmentRights))
    const first = f.let(op('i64.and', offset, 0xffff_ffffn))
    const last = f.let(op('i64.add', first, op('i64.extend_i32_u', op('i32.sub', bytes, 1))))
    const refused = op('i32.or', isWrongType(allowed, access), isOutside(f, at, allowed, first, last))
    f.if(refused, () => {
      const isStack = op('i32.eq', number, segment.ss)
      const raised = select(isStack, constant('i32', vector.stack), constant('i32', vector.generalProtection))
      f.store('i32.store', 0, raised, state.faultVector)
      f.store('i32.store', 0, 0, state.faultCode)
    })
    f.return(op('i64.and', op('i64.add', first, base), 0xffff_ffffn))
  })
}

/** Null, a write to what is not writable data, a read of code that can only be executed. */
function isWrongType(allowed: Local, access: Local): Expression {
  const writable = op('i32.eq', op('i32.and', allowed, rights.code | rights.writable), rights.writable)
  const readable = op('i32.ne', op('i32.and', allowed, rights.code | rights.readable), rights.code)
  const typed = select(op('i32.and', access, accessBit.write), writable, readable)
  return op('i32.or', op('i32.ne', op('i32.and', allowed, rights.unusable), 0), op('i32.eqz', typed))
}

function isOutside(f: FunctionBuilder, at: Local, allowed: Local, first: Local, last: Local): Expression {
  const limit = f.let(load('i64.load32_u', at, state.segmentLimits))
  const kind = op('i32.and', allowed, rights.code | rights.expandDown)
  const big = op('i32.and', allowed, rights.big)
  const top = select(big, constant('i64', 0xffff_ffffn), constant('i64', 0xffff))
  const below = op('i32.or', op('i64.le_u', first, limit), op('i64.gt_u', last, top))
  return select(op('i32.eq', kind, rights.expandDown), below, op('i64.gt_u', last, limit))
}
