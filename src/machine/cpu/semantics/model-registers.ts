import { segment, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import { isCanonical48 } from './is-canonical.ts'
import type { Operations, Semantic } from './operations.ts'

const [rax, rcx, rdx] = [0, 1, 2]
/** IA32_FS_BASE, GS_BASE, KERNEL_GS_BASE: what a kernel changes with every thread. */
const firstBase = 0xc000_0100
const bases = 3

/** The plain cases of `control/model-registers.ts`: where the base that ECX names stands. */
function baseAddress(b: Operations): Expression {
  const index = b.op('sub', b.get(b.register(rcx, 4)), firstBase)
  b.leaveUnless(b.op('lt_u', index, bases))
  const ofSegment = b.op('add', b.op('shl', index, 3), state.segmentBases + 8 * segment.fs)
  return b.op32('wrap_i64', b.select(b.op('eq', index, 2), b.constant(state.kernelGsBase), ofSegment))
}

const read: Semantic = (b) => {
  const value = b.state(baseAddress(b))
  b.commit(() => {
    b.set(b.register(rax, 4), value)
    b.set(b.register(rdx, 4), b.op('shr_u', value, 32))
  })
}

const write: Semantic = (b) => {
  const address = baseAddress(b)
  const high = b.op('shl', b.get(b.register(rdx, 4)), 32)
  const value = b.op('or', high, b.get(b.register(rax, 4)))
  b.leaveUnless(isCanonical48(b, value))
  b.commit(() => b.setState(address, value))
}

export const modelRegisters: Readonly<Record<string, Semantic>> = { RDMSR: read, WRMSR: write }
