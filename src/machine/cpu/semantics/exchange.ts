import { vector } from '../vector.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Place } from './target.ts'

const exchange: Semantic = (b) => {
  const first = b.operand(0, 'rw')
  const second = b.operand(1, 'rw')
  const [x, y] = [b.get(first), b.get(second)]
  b.commit(() => {
    b.set(first, y)
    b.set(second, x)
  })
}

/** The sum is written last: it stays where both operands are one register. */
const exchangeAdd: Semantic = (b) => {
  const destination = b.operand(0, 'rw')
  const source = b.operand(1, 'rw')
  const [x, y] = [b.get(destination), b.get(source)]
  const sum = b.op('add', x, y)
  b.commit(() => {
    b.set(source, x)
    b.set(destination, sum)
    b.flags('add', sum, x, y)
  })
}

/** Of 32-bit registers, the one that keeps its value keeps its upper half too. */
const compareExchange: Semantic = (b) => {
  const destination = b.operand(0, 'rw')
  const y = b.source(1)
  const x = b.get(destination)
  const accumulator = b.get(b.register(0))
  const difference = b.op('sub', accumulator, x)
  const equal = b.op('eq', accumulator, x)
  const differ = b.op32('eqz', equal)
  b.commit(() => {
    b.setIf(equal, destination, y)
    b.setIf(differ, b.register(0), x)
    b.flags('sub', difference, accumulator, x)
  })
}

/** Halves of the operand in rDX:rAX and rCX:rBX. ZF alone changes. */
const compareExchangePair: Semantic = (b) => {
  const half = b.bytes / 2
  if (half === 8) {
    b.fault(b.op('ne', b.op('and', b.linearAddress(), 15), 0), vector.generalProtection)
    const low = b.operand(0, 'rw', 0, half)
    comparePair(b, low, b.operandAt(0, b.constant(half), 'rw', half))
    return
  }
  const both = b.operand(0, 'rw')
  const value = b.get(both)
  const join = (high: Expression, low: Expression) => b.op('or', b.op('shl', high, 32), low)
  const [rax, rdx] = [b.get(b.register(0, 8)), b.get(b.register(2, 8))]
  const wanted = join(rdx, b.truncate(rax, 4))
  const equal = b.op('eq', value, wanted)
  const fresh = join(b.get(b.register(1, 4)), b.get(b.register(3, 4)))
  b.commit(() => {
    b.set(both, b.select(equal, fresh, value))
    b.set(b.register(0, 8), b.select(equal, rax, b.truncate(value, 4)))
    b.set(b.register(2, 8), b.select(equal, rdx, b.op('shr_u', value, 32)))
    b.setZero(b.number(equal))
  })
}

function comparePair(b: Operations, low: Place, high: Place): void {
  const [x, y] = [b.get(low), b.get(high)]
  const [rax, rdx] = [b.get(b.register(0, 8)), b.get(b.register(2, 8))]
  const equal = b.op32('and', b.op('eq', x, rax), b.op('eq', y, rdx))
  const [rbx, rcx] = [b.get(b.register(3, 8)), b.get(b.register(1, 8))]
  b.commit(() => {
    b.set(low, b.select(equal, rbx, x))
    b.set(high, b.select(equal, rcx, y))
    b.set(b.register(0, 8), x)
    b.set(b.register(2, 8), y)
    b.setZero(b.number(equal))
  })
}

export const exchanges: Readonly<Record<string, Semantic>> = {
  XCHG: exchange,
  XADD: exchangeAdd,
  CMPXCHG: compareExchange,
  CMPXCHG8B: compareExchangePair,
}
