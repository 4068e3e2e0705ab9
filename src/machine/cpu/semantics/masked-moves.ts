import { entering } from './mmx-entry.ts'
import type { Semantic } from './operations.ts'
import { lowest, signs } from './vector-lanes.ts'
import { wide } from './vector-operands.ts'

/**
 * Bytes of the first register, where those of the second are negative, to memory at rDI. All of it has to be
 * writable, whatever the mask says: a choice that the manual leaves (SDM volume 2, MASKMOVDQU).
 */
const moveMasked: Semantic = (b) => {
  const mask = b.source(1)
  const value = b.source(0)
  const destination = b.at('source', b.pointer('di'), 'w')
  const chosen = b.op32('wrap_i64', signs(b, 1, b.bytes === 16 ? mask : lowest(b, mask)))
  b.commit(() => b.setMasked(destination, chosen, wide(b, value)))
}

export const maskedMoves: Readonly<Record<string, Semantic>> = {
  MASKMOVDQU: moveMasked,
  'MASKMOVQ Pq,Nq': entering(moveMasked, null),
}
