import { abovePhysical } from '../control/model.ts'
import { cr0Bit, cr4Bit, eferBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

/** CR0, CR2, CR3 and CR4 as bits. */
const readable = 0b11101
/** Bit 63 of what is moved to CR3 under CR4.PCIDE is no part of it. */
const keepTranslations = 1n << 63n

/** Moves have 64 bits in 64-bit mode, else 32. */
function asWide(b: Operations, value: Expression): Expression {
  const isLong = b.op('ne', b.state(state.long, 'i32'), 0)
  return b.select(isLong, value, b.op('and', value, 0xffff_ffff))
}

/** The plain case of `control/control-moves.ts`: CR0 to CR4, which stand behind each other but for CR1. */
const read: Semantic = (b) => {
  const number = b.operandNumber(1)
  const isThere = b.op32('and', b.op32('shr_u', readable, number), 1)
  b.leaveUnless(b.op32('and', isThere, b.op32('le_u', number, 4)))
  const index = b.op32('sub', number, b.op32('ne', number, 0))
  const value = asWide(b, b.state(b.op32('add', b.op32('shl', index, 3), state.cr0)))
  const destination = b.operand(0, 'w', 0, 8)
  b.commit(() => b.set(destination, value))
}

/** The plain case of a write: CR3, where no four entries of PAE paging go with it. */
const write: Semantic = (b) => {
  b.leaveUnless(b.op32('eq', b.operandNumber(0), 3))
  const isPaging = b.op('ne', b.op('and', b.state(state.cr0), cr0Bit.pg), 0)
  const isLegacy = b.op('eqz', b.op('and', b.state(state.efer), eferBit.lma))
  const hasPae = b.op('ne', b.op('and', b.state(state.cr4), cr4Bit.pae), 0)
  b.leaveUnless(b.op32('eqz', b.op32('and', b.op32('and', isPaging, isLegacy), hasPae)))
  const hasPcid = b.op('ne', b.op('and', b.state(state.cr4), cr4Bit.pcide), 0)
  const moved = asWide(b, b.get(b.operand(1, 'r', 0, 8)))
  const value = b.select(hasPcid, b.op('and', moved, ~keepTranslations), moved)
  b.leaveUnless(b.op('eqz', b.op('and', value, abovePhysical)))
  b.commit(() => {
    b.setState(state.cr3, value)
    b.run('flushTlb', 1)
    b.refetch()
  })
}

export const controlRegisters: Readonly<Record<string, Semantic>> = {
  'MOV Ry,Cy': read,
  'MOV Cy,Ry': write,
}
