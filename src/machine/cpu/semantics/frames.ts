import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

const sp = 4

/** `bytes` each, from `start` upwards: one place a register, checked one after the other. */
const slotAt = (b: Operations, start: Expression, index: number) => b.op('add', start, index * b.bytes)

/** AX to DI, as they are before any is pushed: all eight places first, from the top as pushes go. */
const pushAll: Semantic = (b) => {
  const top = b.pointer('sp')
  const end = b.op('sub', top, 8 * b.bytes)
  const pushed = Array.from({ length: 8 }, (_, register) => {
    const place = b.at('ss', slotAt(b, end, 7 - register), 'w')
    return { place, value: b.get(b.register(register)) }
  })
  b.commit(() => {
    for (const { place, value } of pushed) b.set(place, value)
    b.setPointer('sp', end)
  })
}

/** DI to AX; what stands for SP is read and thrown away. */
const popAll: Semantic = (b) => {
  const top = b.pointer('sp')
  const popped = Array.from({ length: 8 }, (_, index) => b.get(b.at('ss', slotAt(b, top, index), 'r')))
  const end = slotAt(b, top, 8)
  b.commit(() => {
    popped.forEach((value, index) => {
      const register = 7 - index
      if (register !== sp) b.set(b.register(register), value)
    })
    b.setPointer('sp', end)
  })
}

const leave: Semantic = (b) => {
  const frame = b.pointer('bp')
  const value = b.get(b.at('ss', frame, 'r'))
  const end = b.op('add', frame, b.bytes)
  b.commit(() => {
    b.setPointer('sp', end)
    b.set(b.register(5), value)
  })
}

export const frames: Readonly<Record<string, Semantic>> = { PUSHA: pushAll, POPA: popAll, LEAVE: leave }
