import { state } from '../state-layout.ts'
import { load, op } from '../wasm/expression.ts'
import type { Semantic } from './operations.ts'

/** Bits of the control word that there are; bit 6 reads as 1 (SDM volume 1, 8.1.5). */
const controlBits = 0x1f3f
const controlAlways = 0x40
/** What FNCLEX leaves of the status word. */
const notExceptions = 0x7f00

/** WAIT, and instructions of the 8087 and the 287: the unit has been asked for, that is all. */
const nothing: Semantic = (b) => b.commit(() => {})

const initialize: Semantic = (b) => {
  b.commit(() => {
    b.setState(state.x87Control, 0x37f, 'i32')
    b.setState(state.x87Full, 0, 'i32')
    b.setState(state.x87Opcode, 0, 'i32')
    b.setState(state.x87Instruction, 0)
    b.setState(state.x87Operand, 0)
    b.x87.setStatus(0)
  })
}

const clearExceptions: Semantic = (b) => {
  b.commit(() => b.x87.setStatus(op('i32.and', load('i32.load', 0, state.x87Status), notExceptions)))
}

const storeWord =
  (at: number): Semantic =>
  (b) => {
    const place = b.operand(0, 'w')
    const value = b.state(at, 'i32')
    b.commit(() => b.set(place, value))
  }

/** Exceptions that it unmasks are pending at once. */
const loadControl: Semantic = (b) => {
  const value = b.op('or', b.op('and', b.source(0), controlBits), controlAlways)
  b.commit(() => {
    b.setState(state.x87Control, b.op32('wrap_i64', value), 'i32')
    b.x87.setStatus(load('i32.load', 0, state.x87Status))
  })
}

export const x87Control: Readonly<Record<string, Semantic>> = {
  ...{ WAIT: nothing, FNENI: nothing, FNDISI: nothing, FNSETPM: nothing },
  ...{ FNINIT: initialize, FNCLEX: clearExceptions, FLDCW: loadControl },
  ...{ FNSTCW: storeWord(state.x87Control), FNSTSW: storeWord(state.x87Status) },
}
