import type { VectorName } from '../wasm/vector-opcodes.ts'
import type { Semantic } from './operations.ts'
import { unary } from './vector-operands.ts'

/** Each step makes lanes twice as wide, of the lower half. */
const steps = {
  B: 'i16x8.extend_low_i8x16',
  W: 'i32x4.extend_low_i16x8',
  D: 'i64x2.extend_low_i32x4',
} as const
type Width = keyof typeof steps
const widths = Object.keys(steps) as Width[]

const extend = (from: Width, to: string, sign: 's' | 'u'): Semantic =>
  unary((b, y) =>
    widths
      .slice(widths.indexOf(from), 'BWDQ'.indexOf(to))
      .reduce((vector, width) => b.vector(`${steps[width]}_${sign}` as VectorName, vector), y),
  )

/** PMOVSXBW to PMOVZXDQ. */
export const extensions: Readonly<Record<string, Semantic>> = Object.fromEntries(
  widths.flatMap((from) =>
    [...'WDQ'.slice(widths.indexOf(from))].flatMap((to) => [
      [`PMOVSX${from}${to}`, extend(from, to, 's')],
      [`PMOVZX${from}${to}`, extend(from, to, 'u')],
    ]),
  ),
)
