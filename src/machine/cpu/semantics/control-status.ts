import { mxcsrMask } from '../control/model.ts'
import { state } from '../state-layout.ts'
import { vector } from '../vector.ts'
import type { Semantic } from './operations.ts'

/** An unmasked exception whose flag is loaded is not raised: the next one is. */
const load: Semantic = (b) => {
  const value = b.source(0)
  const word = b.op32('wrap_i64', value)
  b.fault(b.op32('and', word, ~mxcsrMask), vector.generalProtection)
  b.commit(() => b.setState(state.mxcsr, word, 'i32'))
}

const store: Semantic = (b) => {
  const value = b.state(state.mxcsr, 'i32')
  const destination = b.operand(0, 'w')
  b.commit(() => b.set(destination, value))
}

/** LDMXCSR and STMXCSR. */
export const controlStatus: Readonly<Record<string, Semantic>> = { LDMXCSR: load, STMXCSR: store }
