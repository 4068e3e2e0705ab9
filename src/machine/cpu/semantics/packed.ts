import type { VectorName } from '../wasm/vector-opcodes.ts'
import type { Semantic } from './operations.ts'
import { binary, inBothFiles, unary } from './vector-operands.ts'

/** One instruction of WebAssembly, destination first. */
const one = (name: VectorName): Semantic => binary((b, x, y) => b.vector(name, x, y))

const [and, or, xor] = [one('v128.and'), one('v128.or'), one('v128.xor')]
/** The complement is the destination's here, the second operand's there. */
const andNot = binary((b, x, y) => b.vector('v128.andnot', y, x))

/** -x where y is negative, 0 where it is 0. */
const sign = (lane: 'i8x16' | 'i16x8' | 'i32x4', bits: number): Semantic =>
  binary((b, x, y) => {
    const negative = b.vector(`${lane}.shr_s`, y, bits - 1)
    const result = b.vector(`${lane}.sub`, b.vector('v128.xor', x, negative), negative)
    return b.vector('v128.andnot', result, b.vector(`${lane}.eq`, y, b.vector('i64x2.splat', 0)))
  })

const absolute = (name: VectorName): Semantic => unary((b, y) => b.vector(name, y))

const lanewise: Readonly<Record<string, Semantic>> = {
  ...{ PAND: and, POR: or, PXOR: xor, PANDN: andNot },
  ...{ PADDB: one('i8x16.add'), PADDW: one('i16x8.add'), PADDD: one('i32x4.add'), PADDQ: one('i64x2.add') },
  ...{ PSUBB: one('i8x16.sub'), PSUBW: one('i16x8.sub'), PSUBD: one('i32x4.sub'), PSUBQ: one('i64x2.sub') },
  ...{ PADDSB: one('i8x16.add_sat_s'), PADDSW: one('i16x8.add_sat_s') },
  ...{ PADDUSB: one('i8x16.add_sat_u'), PADDUSW: one('i16x8.add_sat_u') },
  ...{ PSUBSB: one('i8x16.sub_sat_s'), PSUBSW: one('i16x8.sub_sat_s') },
  ...{ PSUBUSB: one('i8x16.sub_sat_u'), PSUBUSW: one('i16x8.sub_sat_u') },
  ...{ PAVGB: one('i8x16.avgr_u'), PAVGW: one('i16x8.avgr_u') },
  ...{ PMINUB: one('i8x16.min_u'), PMAXUB: one('i8x16.max_u') },
  ...{ PMINSW: one('i16x8.min_s'), PMAXSW: one('i16x8.max_s') },
  ...{ PCMPEQB: one('i8x16.eq'), PCMPEQW: one('i16x8.eq'), PCMPEQD: one('i32x4.eq') },
  ...{ PCMPGTB: one('i8x16.gt_s'), PCMPGTW: one('i16x8.gt_s'), PCMPGTD: one('i32x4.gt_s') },
  ...{ PMULLW: one('i16x8.mul') },
  ...{ PSIGNB: sign('i8x16', 8), PSIGNW: sign('i16x8', 16), PSIGND: sign('i32x4', 32) },
  ...{ PABSB: absolute('i8x16.abs'), PABSW: absolute('i16x8.abs'), PABSD: absolute('i32x4.abs') },
}

/** Those of XMM registers alone. */
const lanewiseOfXmm: Readonly<Record<string, Semantic>> = {
  ...{ ANDPS: and, ANDPD: and, ORPS: or, ORPD: or, XORPS: xor, XORPD: xor, ANDNPS: andNot, ANDNPD: andNot },
  ...{ PCMPEQQ: one('i64x2.eq'), PCMPGTQ: one('i64x2.gt_s'), PMULLD: one('i32x4.mul') },
  ...{ PMINSB: one('i8x16.min_s'), PMAXSB: one('i8x16.max_s') },
  ...{ PMINUW: one('i16x8.min_u'), PMAXUW: one('i16x8.max_u') },
  ...{ PMINSD: one('i32x4.min_s'), PMAXSD: one('i32x4.max_s') },
  ...{ PMINUD: one('i32x4.min_u'), PMAXUD: one('i32x4.max_u') },
}

export const packedOperations: Readonly<Record<string, Semantic>> = {
  ...inBothFiles(lanewise),
  ...lanewiseOfXmm,
}
