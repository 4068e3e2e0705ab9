import type { Piece } from '../descriptors.ts'
import { address } from '../layout.ts'
import type { Probe } from '../probe.ts'
import { type StateName, states } from '../states.ts'

/** What stands in the 512 bytes of FXSAVE; what is not given is a byte that tells where it stands. */
export interface Area {
  readonly control?: number
  readonly status?: number
  /** A bit for each of R0 to R7 that is not empty. */
  readonly tags?: number
  readonly opcode?: number
  readonly instruction?: bigint
  readonly operand?: bigint
  readonly mxcsr?: number
  /** XSTATE_BV, XCOMP_BV and what follows in the header of XSAVE. */
  readonly header?: readonly bigint[]
  /** All XMM registers are 0. */
  readonly noXmm?: boolean
  /** ST0 to ST7 are 0. */
  readonly noValues?: boolean
  /** ST0 and on, of 80 bits. */
  readonly values?: readonly bigint[]
}

const headerAt = 512

/** An area as FXRSTOR and XRSTOR read it: registers hold values that are all different. */
export function area(at: number, given: Area = {}): Piece {
  const header = given.header ?? []
  const bytes = new Uint8Array(headerAt + 8 * header.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, given.control ?? 0x37f, true)
  view.setUint16(2, given.status ?? 0, true)
  view.setUint8(4, given.tags ?? 0)
  view.setUint16(6, given.opcode ?? 0, true)
  view.setBigUint64(8, given.instruction ?? 0n, true)
  view.setBigUint64(16, given.operand ?? 0n, true)
  view.setUint32(24, given.mxcsr ?? 0x1f80, true)
  for (let index = 0; index < 8 && !given.noValues; index++) {
    // 1 + index/128, times 2 to the index.
    view.setBigUint64(32 + 16 * index, (1n << 63n) | (BigInt(index) << 56n), true)
    view.setUint16(40 + 16 * index, 0x3fff + index, true)
  }
  given.values?.forEach((value, index) => {
    view.setBigUint64(32 + 16 * index, BigInt.asUintN(64, value), true)
    view.setUint16(40 + 16 * index, Number(value >> 64n), true)
  })
  for (let at = 160; at < 416 && !given.noXmm; at++) view.setUint8(at, at >> 1)
  header.forEach((value, index) => {
    view.setBigUint64(headerAt + 8 * index, value, true)
  })
  return { at, bytes }
}

/** Something to see through: what is not written stays so. */
export function filler(at: number, count: number): Piece {
  return { at, bytes: new Uint8Array(count).fill(0xee) }
}

export const osfxsr = 0x200
export const osxmmexcpt = 0x400
export const osxsave = 0x4_0000

/** CR4 as the state has it, with more bits. */
export const cr4With = (state: StateName, bits: number) => states[state].cr4 | bits

/** An exception is flagged, TOP is 7, and some registers are empty. */
export const some: Area = {
  control: 0x137f,
  status: 0x3800,
  tags: 0x81,
  opcode: 0x7ff,
  instruction: 0x1122_3344_5566_7788n,
  operand: 0x99aa_bbcc_ddee_ff00n,
  mxcsr: 0x1fa0,
}

/** Fills the registers from one area and shows 8 quadwords of what is saved then, from `from` on. */
export function through(
  name: string,
  state: StateName,
  from: number,
  { given = some, code = 'fxrstor [data]; fxsave [data2]', ...more }: Partial<Probe> & { given?: Area } = {},
): Probe {
  const memory = [area(address.data, given), filler(address.data2, 1024)]
  const watch = Array.from({ length: 8 }, (_, index) => address.data2 + from + 8 * index)
  return { name, state, code, memory, cr4: cr4With(state, osfxsr), watch, ...more }
}

/** One instruction that faults, or does not, where SSE is ready. */
export const one = (name: string, state: StateName, code: string, more: Partial<Probe> = {}): Probe => ({
  name,
  state,
  code,
  cr4: cr4With(state, osfxsr),
  ...more,
})
