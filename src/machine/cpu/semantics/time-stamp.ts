import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

const [rax, rcx, rdx] = [0, 1, 2]

/** Units done before this instruction and the counter's offset. The plain case: CR4.TSD does not matter. */
function timeStamp(b: Operations): Expression {
  const forLevel0 = b.op('and', b.state(state.cr4), cr4Bit.tsd)
  const isFree = b.op32('or', b.op('eqz', forLevel0), b.op('eqz', b.state(state.cpl, 'i32')))
  b.leaveUnless(isFree)
  const done = b.op('sub', b.state(state.slice, 'i32'), b.state(state.budget, 'i32'))
  return b.op('add', b.op('add', b.state(state.units), done), b.state(state.tscOffset))
}

function setTime(b: Operations, now: Expression): void {
  b.set(b.register(rax, 4), now)
  b.set(b.register(rdx, 4), b.op('shr_u', now, 32))
}

const readTime: Semantic = (b) => {
  const now = timeStamp(b)
  b.commit(() => setTime(b, now))
}

const readTimeAndProcessor: Semantic = (b) => {
  const now = timeStamp(b)
  const processor = b.state(state.tscAux)
  b.commit(() => {
    setTime(b, now)
    b.set(b.register(rcx, 4), processor)
  })
}

export const timeStampCounter: Readonly<Record<string, Semantic>> = {
  RDTSC: readTime,
  RDTSCP: readTimeAndProcessor,
}
