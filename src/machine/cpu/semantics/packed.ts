import type { VectorName } from '../wasm/vector-opcodes.ts'
import type { Semantic } from './operations.ts'

/** One instruction of WebAssembly on the whole register; `swapped` takes the source first. */
function packed(name: VectorName, swapped = false): Semantic {
  return (b) => {
    const source = b.source(1)
    const destination = b.operand(0, 'rw')
    const value = b.get(destination)
    const result = swapped ? b.vector(name, source, value) : b.vector(name, value, source)
    b.commit(() => b.set(destination, result))
  }
}

const [and, or, xor] = [packed('v128.and'), packed('v128.or'), packed('v128.xor')]
/** The complement is the destination's here, the second operand's there. */
const andNot = packed('v128.andnot', true)

export const packedOperations: Readonly<Record<string, Semantic>> = {
  ...{ ANDPS: and, ANDPD: and, PAND: and, ORPS: or, ORPD: or, POR: or, XORPS: xor, XORPD: xor, PXOR: xor },
  ...{ ANDNPS: andNot, ANDNPD: andNot, PANDN: andNot },
  ...{ PADDB: packed('i8x16.add'), PADDW: packed('i16x8.add') },
  ...{ PADDD: packed('i32x4.add'), PADDQ: packed('i64x2.add') },
  ...{ PSUBB: packed('i8x16.sub'), PSUBW: packed('i16x8.sub') },
  ...{ PSUBD: packed('i32x4.sub'), PSUBQ: packed('i64x2.sub') },
}
