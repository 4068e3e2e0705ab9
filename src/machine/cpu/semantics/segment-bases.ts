import { cr4Bit } from '../register-bits.ts'
import { segment, state } from '../state-layout.ts'
import { isCanonical48 } from './is-canonical.ts'
import type { Operations, Semantic } from './operations.ts'

const baseAt = (number: number) => state.segmentBases + 8 * number

/** 64-bit code at level 0: the decoder and the row see to that. */
const swapGs: Semantic = (b) => {
  const base = b.state(baseAt(segment.gs))
  const other = b.state(state.kernelGsBase)
  b.commit(() => {
    b.setState(baseAt(segment.gs), other)
    b.setState(state.kernelGsBase, base)
  })
}

/** The plain cases of `control/segment-bases.ts`: with CR4.FSGSBASE. */
function leaveUnlessEnabled(b: Operations): void {
  b.leaveUnless(b.op('ne', b.op('and', b.state(state.cr4), cr4Bit.fsgsbase), 0))
}

function reader(number: number): Semantic {
  return (b) => {
    leaveUnlessEnabled(b)
    const base = b.state(baseAt(number))
    const destination = b.operand(0, 'w')
    b.commit(() => b.set(destination, base))
  }
}

function writer(number: number): Semantic {
  return (b) => {
    leaveUnlessEnabled(b)
    const base = b.source(0)
    b.leaveUnless(isCanonical48(b, base))
    b.commit(() => b.setState(baseAt(number), base))
  }
}

export const segmentBases: Readonly<Record<string, Semantic>> = {
  SWAPGS: swapGs,
  RDFSBASE: reader(segment.fs),
  RDGSBASE: reader(segment.gs),
  WRFSBASE: writer(segment.fs),
  WRGSBASE: writer(segment.gs),
}
