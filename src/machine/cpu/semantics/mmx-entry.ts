import { x87StatusBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import { load, op } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

/**
 * What an MMX instruction does to x87, in its commit: TOP is 0 and no register is empty; the register that it
 * writes, operand `destination` unless that is memory, has all ones for its sign and exponent (SDM volume 3,
 * table 12-1).
 */
export function enterMmx(b: Operations, destination: number | null): void {
  const status = load('i32.load', 0, state.x87Status)
  b.setState(state.x87Status, op('i32.and', status, ~x87StatusBit.top), 'i32')
  b.setState(state.x87Full, 0xff, 'i32')
  if (destination === null) return
  b.when(op('i32.eqz', b.isMemory(destination)), () => {
    // A register has sixteen bytes, of which the last six mean nothing and are 0.
    const signAndExponent = op('i32.add', b.operandNumber(destination), state.x87 + 8)
    b.setState(signAndExponent, 0xffff, 'i32')
  })
}

/** A semantic that serves MMX as it serves others: besides, it enters MMX state, see `enterMmx`. */
export const entering =
  (semantic: Semantic, destination: 0 | null): Semantic =>
  (b) => {
    b.alsoCommit(() => enterMmx(b, destination))
    semantic(b)
  }

/** EMMS: every register is empty again. */
const leave: Semantic = (b) => {
  b.commit(() => {
    enterMmx(b, null)
    b.setState(state.x87Full, 0, 'i32')
  })
}

export const mmxState: Readonly<Record<string, Semantic>> = { EMMS: leave }
