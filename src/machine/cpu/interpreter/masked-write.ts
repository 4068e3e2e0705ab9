import { resolved } from '../access.ts'
import { type FunctionReference, lane, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { MemoryFunctions } from './memory.ts'

/** `(address, slot, mask, value)`: of a place, the bytes whose bit in the mask is set. */
export function defineWriteMasked(module: ModuleBuilder, memory: MemoryFunctions): FunctionReference {
  return module.function('writeMasked', ['i32', 'i32', 'i32', 'v128'], [], (f) => {
    const [address, slot, mask, value] = f.parameters as [Local, Local, Local, Local]
    const isFar = f.let(op('i32.eq', address, resolved.far))
    const index = f.local('i32')
    const byte = f.local('i32')
    f.block((end) => {
      f.loop((again) => {
        f.br(end, op('i32.eqz', mask))
        f.set(index, op('i32.ctz', mask))
        f.set(mask, op('i32.and', mask, op('i32.sub', mask, 1)))
        const first = op('i8x16.swizzle', value, op('i8x16.splat', index))
        f.set(byte, lane('i8x16.extract_lane_u', 0, first))
        f.if(
          isFar,
          () => f.call(memory.writeFarPart, slot, index, 1, op('i64.extend_i32_u', byte)),
          () => {
            const at = f.let(op('i32.add', address, index))
            f.call(memory.noteWrite, at, 1)
            f.store('i32.store8', at, byte)
          },
        )
        f.br(again)
      })
    })
  })
}
