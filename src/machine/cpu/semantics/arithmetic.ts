import type { Expression } from '../wasm/expression.ts'
import { carriesFrom, carriesOf } from './flags.ts'
import type { Operations, Semantic } from './operations.ts'

type Combine = (b: Operations, x: Expression, y: Expression) => Expression

function binary(kind: 'add' | 'sub' | 'logic', combine: Combine, writes = true): Semantic {
  return (b) => {
    const destination = b.operand(0, writes ? 'rw' : 'r')
    const x = b.get(destination)
    const y = b.source(1)
    const result = combine(b, x, y)
    b.commit(() => {
      if (writes) b.set(destination, result)
      if (kind === 'logic') b.setFlags(result, b.constant(0))
      else b.flags(kind, result, x, y)
    })
  }
}

const add: Combine = (b, x, y) => b.op('add', x, y)
const subtract: Combine = (b, x, y) => b.op('sub', x, y)
const and: Combine = (b, x, y) => b.op('and', x, y)

/** CF in the vector of carries. */
const top = -(1n << 63n)

/** INC and DEC leave CF alone. */
function step(by: 1 | -1): Semantic {
  return (b) => {
    const destination = b.operand(0, 'rw')
    const x = b.get(destination)
    const result = b.op('add', x, by)
    // OF: the sign changed the wrong way. AF: a carry or borrow changed bit 4.
    const turned =
      by === 1 ? b.op('and', result, b.op('xor', x, -1)) : b.op('and', x, b.op('xor', result, -1))
    const overflow = b.op('shl', turned, 64 - 8 * b.bytes)
    const carry = b.op('and', b.carries(), top)
    const intoSign = b.op('shr_u', b.op('xor', carry, b.op('and', overflow, top)), 1)
    const half = b.op('and', b.op('shr_u', b.op('xor', x, result), 1), 8)
    const carries = b.op('or', b.op('or', carry, intoSign), half)
    b.commit(() => {
      b.set(destination, result)
      b.setFlags(result, carries)
    })
  }
}

const negate: Semantic = (b) => {
  const destination = b.operand(0, 'rw')
  const x = b.get(destination)
  const result = b.op('sub', b.constant(0), x)
  b.commit(() => {
    b.set(destination, result)
    b.flags('sub', result, b.constant(0), x)
  })
}

const not: Semantic = (b) => {
  const destination = b.operand(0, 'rw')
  const result = b.op('xor', b.get(destination), -1)
  b.commit(() => b.set(destination, result))
}

/** ADCX and ADOX: a chain of carries in CF or in OF, and no other flag. */
function addWithOne(flag: 'c' | 'o'): Semantic {
  return (b) => {
    const destination = b.operand(0, 'rw')
    const [x, y, other] = [b.get(destination), b.source(1), b.flag(flag === 'c' ? 'o' : 'c')]
    const sum = b.op('add', b.op('add', x, y), b.flag(flag))
    const out = b.op('shr_u', carriesOf(b, 'add', sum, x, y), 63)
    const [carry, overflow] = flag === 'c' ? [out, other] : [other, out]
    const carries = b.op('or', carriesFrom(b, carry, overflow), b.op('and', b.carries(), 8))
    b.commit(() => {
      b.set(destination, sum)
      b.setCarries(carries)
    })
  }
}

const swapBytes: Semantic = (b) => {
  const destination = b.operand(0, 'rw')
  const x = b.get(destination)
  const result = b.bytes === 2 ? b.constant(0) : reversed(b, x)
  b.commit(() => b.set(destination, result))
}

export function reversed(b: Operations, x: Expression): Expression {
  const swap = (value: Expression, mask: bigint, by: number) =>
    b.op('or', b.op('shl', b.op('and', value, mask), by), b.op('and', b.op('shr_u', value, by), mask))
  const bytes = swap(x, 0x00ff00ff00ff00ffn, 8)
  if (b.bytes === 2) return bytes
  const pairs = swap(bytes, 0x0000ffff0000ffffn, 16)
  return b.bytes === 4 ? b.truncate(pairs) : b.op('rotl', pairs, 32)
}

export const arithmetic: Readonly<Record<string, Semantic>> = {
  ADD: binary('add', add),
  ADC: binary('add', (b, x, y) => b.op('add', b.op('add', x, y), b.carry())),
  SUB: binary('sub', subtract),
  SBB: binary('sub', (b, x, y) => b.op('sub', b.op('sub', x, y), b.carry())),
  CMP: binary('sub', subtract, false),
  AND: binary('logic', and),
  TEST: binary('logic', and, false),
  OR: binary('logic', (b, x, y) => b.op('or', x, y)),
  XOR: binary('logic', (b, x, y) => b.op('xor', x, y)),
  INC: step(1),
  DEC: step(-1),
  NEG: negate,
  NOT: not,
  BSWAP: swapBytes,
  ADCX: addWithOne('c'),
  ADOX: addWithOne('o'),
}
