import type { FloatOperation } from './operations.ts'

const roundings = [0, 1, 2, 3]
/** Masks with all set, one of the six clear, none set. */
const masks = [0x3f, 0x3e, 0x3d, 0x3b, 0x37, 0x2f, 0x1f, 0]
/** Neither, FTZ, DAZ, both. */
const denormals = [0, 0x8000, 0x40, 0x8040]
const precisions = [0, 0x200, 0x300]

/** Every MXCSR, or x87 control word, that an operation is judged under. */
export function allControls({ unit }: FloatOperation): readonly number[] {
  return masks.flatMap((mask) =>
    roundings.flatMap((rounding) =>
      unit === 'sse'
        ? denormals.map((bits) => (mask << 7) | (rounding << 13) | bits)
        : precisions.map((bits) => mask | (rounding << 10) | bits),
    ),
  )
}

/** All masked in every way; each set of masks once. */
export function fewControls(operation: FloatOperation): readonly number[] {
  const all = allControls(operation)
  const each = all.length / masks.length
  return all.filter((_, index) => index < each || (index + Math.floor(index / each)) % each === 0)
}
