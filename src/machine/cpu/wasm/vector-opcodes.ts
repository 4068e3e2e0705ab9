import type { Numeric } from './numeric.ts'

/**
 * Instructions on vectors of 128 bits (Core Specification 2.0, 5.4.8), by what they take; codes follow each
 * other.
 */
const groups = [
  { kind: 'binary', first: 0x0e, names: ['i8x16.swizzle'] },
  {
    kind: 'binary',
    first: 0x23,
    names: [
      'i8x16.eq',
      'i8x16.ne',
      'i8x16.lt_s',
      'i8x16.lt_u',
      'i8x16.gt_s',
      'i8x16.gt_u',
      'i8x16.le_s',
      'i8x16.le_u',
      'i8x16.ge_s',
      'i8x16.ge_u',
    ],
  },
  {
    kind: 'binary',
    first: 0x2d,
    names: [
      'i16x8.eq',
      'i16x8.ne',
      'i16x8.lt_s',
      'i16x8.lt_u',
      'i16x8.gt_s',
      'i16x8.gt_u',
      'i16x8.le_s',
      'i16x8.le_u',
      'i16x8.ge_s',
      'i16x8.ge_u',
    ],
  },
  {
    kind: 'binary',
    first: 0x37,
    names: [
      'i32x4.eq',
      'i32x4.ne',
      'i32x4.lt_s',
      'i32x4.lt_u',
      'i32x4.gt_s',
      'i32x4.gt_u',
      'i32x4.le_s',
      'i32x4.le_u',
      'i32x4.ge_s',
      'i32x4.ge_u',
    ],
  },
  {
    kind: 'binary',
    first: 0x41,
    names: ['f32x4.eq', 'f32x4.ne', 'f32x4.lt', 'f32x4.gt', 'f32x4.le', 'f32x4.ge'],
  },
  {
    kind: 'binary',
    first: 0x47,
    names: ['f64x2.eq', 'f64x2.ne', 'f64x2.lt', 'f64x2.gt', 'f64x2.le', 'f64x2.ge'],
  },
  { kind: 'unary', first: 0x4d, names: ['v128.not'] },
  { kind: 'binary', first: 0x4e, names: ['v128.and', 'v128.andnot', 'v128.or', 'v128.xor'] },
  { kind: 'test', first: 0x53, names: ['v128.any_true'] },
  { kind: 'unary', first: 0x5e, names: ['f32x4.demote_f64x2_zero', 'f64x2.promote_low_f32x4'] },
  { kind: 'unary', first: 0x60, names: ['i8x16.abs', 'i8x16.neg', 'i8x16.popcnt'] },
  { kind: 'test', first: 0x63, names: ['i8x16.all_true', 'i8x16.bitmask'] },
  { kind: 'binary', first: 0x65, names: ['i8x16.narrow_i16x8_s', 'i8x16.narrow_i16x8_u'] },
  { kind: 'shift', first: 0x6b, names: ['i8x16.shl', 'i8x16.shr_s', 'i8x16.shr_u'] },
  {
    kind: 'binary',
    first: 0x6e,
    names: [
      'i8x16.add',
      'i8x16.add_sat_s',
      'i8x16.add_sat_u',
      'i8x16.sub',
      'i8x16.sub_sat_s',
      'i8x16.sub_sat_u',
    ],
  },
  { kind: 'binary', first: 0x76, names: ['i8x16.min_s', 'i8x16.min_u', 'i8x16.max_s', 'i8x16.max_u'] },
  { kind: 'binary', first: 0x7b, names: ['i8x16.avgr_u'] },
  {
    kind: 'unary',
    first: 0x7c,
    names: [
      'i16x8.extadd_pairwise_i8x16_s',
      'i16x8.extadd_pairwise_i8x16_u',
      'i32x4.extadd_pairwise_i16x8_s',
      'i32x4.extadd_pairwise_i16x8_u',
    ],
  },
  { kind: 'unary', first: 0x80, names: ['i16x8.abs', 'i16x8.neg'] },
  { kind: 'binary', first: 0x82, names: ['i16x8.q15mulr_sat_s'] },
  { kind: 'test', first: 0x83, names: ['i16x8.all_true', 'i16x8.bitmask'] },
  { kind: 'binary', first: 0x85, names: ['i16x8.narrow_i32x4_s', 'i16x8.narrow_i32x4_u'] },
  {
    kind: 'unary',
    first: 0x87,
    names: [
      'i16x8.extend_low_i8x16_s',
      'i16x8.extend_high_i8x16_s',
      'i16x8.extend_low_i8x16_u',
      'i16x8.extend_high_i8x16_u',
    ],
  },
  { kind: 'shift', first: 0x8b, names: ['i16x8.shl', 'i16x8.shr_s', 'i16x8.shr_u'] },
  {
    kind: 'binary',
    first: 0x8e,
    names: [
      'i16x8.add',
      'i16x8.add_sat_s',
      'i16x8.add_sat_u',
      'i16x8.sub',
      'i16x8.sub_sat_s',
      'i16x8.sub_sat_u',
    ],
  },
  {
    kind: 'binary',
    first: 0x95,
    names: ['i16x8.mul', 'i16x8.min_s', 'i16x8.min_u', 'i16x8.max_s', 'i16x8.max_u'],
  },
  {
    kind: 'binary',
    first: 0x9b,
    names: [
      'i16x8.avgr_u',
      'i16x8.extmul_low_i8x16_s',
      'i16x8.extmul_high_i8x16_s',
      'i16x8.extmul_low_i8x16_u',
      'i16x8.extmul_high_i8x16_u',
    ],
  },
  { kind: 'unary', first: 0xa0, names: ['i32x4.abs', 'i32x4.neg'] },
  { kind: 'test', first: 0xa3, names: ['i32x4.all_true', 'i32x4.bitmask'] },
  {
    kind: 'unary',
    first: 0xa7,
    names: [
      'i32x4.extend_low_i16x8_s',
      'i32x4.extend_high_i16x8_s',
      'i32x4.extend_low_i16x8_u',
      'i32x4.extend_high_i16x8_u',
    ],
  },
  { kind: 'shift', first: 0xab, names: ['i32x4.shl', 'i32x4.shr_s', 'i32x4.shr_u'] },
  { kind: 'binary', first: 0xae, names: ['i32x4.add'] },
  { kind: 'binary', first: 0xb1, names: ['i32x4.sub'] },
  { kind: 'binary', first: 0xb5, names: ['i32x4.mul'] },
  { kind: 'unary', first: 0xc0, names: ['i64x2.abs', 'i64x2.neg'] },
  { kind: 'test', first: 0xc3, names: ['i64x2.all_true', 'i64x2.bitmask'] },
  {
    kind: 'unary',
    first: 0xc7,
    names: [
      'i64x2.extend_low_i32x4_s',
      'i64x2.extend_high_i32x4_s',
      'i64x2.extend_low_i32x4_u',
      'i64x2.extend_high_i32x4_u',
    ],
  },
  { kind: 'shift', first: 0xcb, names: ['i64x2.shl', 'i64x2.shr_s', 'i64x2.shr_u'] },
  { kind: 'binary', first: 0xce, names: ['i64x2.add'] },
  { kind: 'binary', first: 0xd1, names: ['i64x2.sub'] },
  { kind: 'binary', first: 0xd5, names: ['i64x2.mul'] },
  {
    kind: 'binary',
    first: 0xb6,
    names: ['i32x4.min_s', 'i32x4.min_u', 'i32x4.max_s', 'i32x4.max_u', 'i32x4.dot_i16x8_s'],
  },
  {
    kind: 'binary',
    first: 0xbc,
    names: [
      'i32x4.extmul_low_i16x8_s',
      'i32x4.extmul_high_i16x8_s',
      'i32x4.extmul_low_i16x8_u',
      'i32x4.extmul_high_i16x8_u',
    ],
  },
  {
    kind: 'binary',
    first: 0xd6,
    names: ['i64x2.eq', 'i64x2.ne', 'i64x2.lt_s', 'i64x2.gt_s', 'i64x2.le_s', 'i64x2.ge_s'],
  },
  {
    kind: 'binary',
    first: 0xdc,
    names: [
      'i64x2.extmul_low_i32x4_s',
      'i64x2.extmul_high_i32x4_s',
      'i64x2.extmul_low_i32x4_u',
      'i64x2.extmul_high_i32x4_u',
    ],
  },
  { kind: 'unary', first: 0xe0, names: ['f32x4.abs', 'f32x4.neg'] },
  { kind: 'unary', first: 0xe3, names: ['f32x4.sqrt'] },
  { kind: 'binary', first: 0xe4, names: ['f32x4.add', 'f32x4.sub', 'f32x4.mul', 'f32x4.div'] },
  { kind: 'unary', first: 0xec, names: ['f64x2.abs', 'f64x2.neg'] },
  { kind: 'unary', first: 0xef, names: ['f64x2.sqrt'] },
  { kind: 'binary', first: 0xf0, names: ['f64x2.add', 'f64x2.sub', 'f64x2.mul', 'f64x2.div'] },
  { kind: 'unary', first: 0xf8, names: ['i32x4.trunc_sat_f32x4_s'] },
  { kind: 'unary', first: 0xfa, names: ['f32x4.convert_i32x4_s'] },
  { kind: 'unary', first: 0xfc, names: ['i32x4.trunc_sat_f64x2_s_zero'] },
  { kind: 'unary', first: 0xfe, names: ['f64x2.convert_low_i32x4_s'] },
] as const

/** Those that name a lane: of a vector, or of a vector and what goes there. */
const laneGroups = [
  { lane: 'i8x16', first: 0x15, extract: ['extract_lane_s', 'extract_lane_u'], scalar: 'i32' },
  { lane: 'i16x8', first: 0x18, extract: ['extract_lane_s', 'extract_lane_u'], scalar: 'i32' },
  { lane: 'i32x4', first: 0x1b, extract: ['extract_lane'], scalar: 'i32' },
  { lane: 'i64x2', first: 0x1d, extract: ['extract_lane'], scalar: 'i64' },
] as const

const splats = [
  ['i8x16.splat', 0x0f, 'i32'],
  ['i16x8.splat', 0x10, 'i32'],
  ['i32x4.splat', 0x11, 'i32'],
  ['i64x2.splat', 0x12, 'i64'],
] as const

type LaneGroup = (typeof laneGroups)[number]
type LaneNameOf<Group> = Group extends LaneGroup
  ? `${Group['lane']}.${Group['extract'][number] | 'replace_lane'}`
  : never

export type VectorName = (typeof groups)[number]['names'][number] | (typeof splats)[number][0]
export type LaneName = LaneNameOf<LaneGroup>

const prefix = 0xfd_0000

const operandsOf = {
  unary: ['v128'],
  test: ['v128'],
  binary: ['v128', 'v128'],
  shift: ['v128', 'i32'],
} as const

export const vectorNumerics: readonly (readonly [string, Numeric])[] = [
  ...groups.flatMap(({ kind, first, names }) =>
    names.map((name, index): readonly [string, Numeric] => [
      name,
      {
        code: prefix + first + index,
        parameters: operandsOf[kind],
        result: kind === 'test' ? 'i32' : 'v128',
      },
    ]),
  ),
  ...splats.map(([name, code, scalar]): readonly [string, Numeric] => [
    name,
    { code: prefix + code, parameters: [scalar], result: 'v128' },
  ]),
]

export const laneNumerics: ReadonlyMap<string, Numeric> = new Map(
  laneGroups.flatMap(({ lane, first, extract, scalar }) => [
    ...extract.map((name, index): readonly [string, Numeric] => [
      `${lane}.${name}`,
      { code: prefix + first + index, parameters: ['v128'], result: scalar },
    ]),
    [
      `${lane}.replace_lane`,
      { code: prefix + first + extract.length, parameters: ['v128', scalar], result: 'v128' },
    ] as const,
  ]),
)
