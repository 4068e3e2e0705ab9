import { state } from '../state-layout.ts'
import { isCanonical48 } from './is-canonical.ts'
import type { Semantic } from './operations.ts'

/** The plain case of `control/translations.ts`: addresses of four levels, those outside 64-bit code too. */
const invalidatePage: Semantic = (b) => {
  const linear = b.linearAddress()
  const isLegacy = b.op('eqz', b.state(state.long, 'i32'))
  b.leaveUnless(b.op32('or', isLegacy, isCanonical48(b, linear)))
  b.commit(() => {
    b.run('invalidatePage', linear)
    b.refetch()
  })
}

export const translations: Readonly<Record<string, Semantic>> = { INVLPG: invalidatePage }
