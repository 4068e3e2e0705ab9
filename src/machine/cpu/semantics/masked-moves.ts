import { entering } from './mmx-entry.ts'
import type { Semantic } from './operations.ts'
import { laneOf, lowest, signs, splat } from './vector-lanes.ts'
import { wide } from './vector-operands.ts'

/**
 * Bytes of the first register, where those of the second are negative, to memory at rDI. All of it has to be
 * writable, whatever the mask says: a choice that the manual leaves (SDM volume 2, MASKMOVDQU). Sixteen bytes
 * are two writes of eight, which is what alignment checks look at.
 */
const moveMasked: Semantic = (b) => {
  const mask = b.source(1)
  const value = wide(b, b.source(0))
  const start = b.pointer('di')
  const chosen = b.op32('wrap_i64', signs(b, 1, b.bytes === 16 ? mask : lowest(b, mask)))
  const halves = [0, 1].slice(0, b.bytes / 8).map((half) => ({
    place: b.at('source', half === 0 ? start : b.wrapped(b.op('add', start, 8)), 'w', 8),
    mask: b.op32('and', b.op32('shr_u', chosen, 8 * half), 0xff),
    value: splat(b, 8, laneOf(b, 8, half, value)),
  }))
  b.commit(() => {
    for (const half of halves) b.setMasked(half.place, half.mask, half.value)
  })
}

export const maskedMoves: Readonly<Record<string, Semantic>> = {
  MASKMOVDQU: moveMasked,
  'MASKMOVQ Pq,Nq': entering(moveMasked, null),
}
