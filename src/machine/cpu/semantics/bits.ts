import type { Expression } from '../wasm/expression.ts'
import { withCarry } from './flags.ts'
import type { Operations, Semantic } from './operations.ts'

type Change = (b: Operations, x: Expression, mask: Expression) => Expression

/**
 * BT and its kin. A bit offset in a register reaches memory on both sides of the operand (SDM volume 2, BT);
 * an immediate one and a register operand take it modulo the operand size.
 */
function testBit(change: Change | null): Semantic {
  return (b) => {
    const offset = b.source(1)
    const unit = Math.log2(8 * b.bytes)
    const isImmediate = b.isImmediate(1)
    const units = b.op('shr_s', b.signed(offset), unit)
    const distance = b.op('shl', units, Math.log2(b.bytes))
    const access = change ? 'rw' : 'r'
    const place = isImmediate ? b.operand(0, access) : b.operandAt(0, distance, access)
    const x = b.get(place)
    const at = b.op('and', offset, 8 * b.bytes - 1)
    const carries = withCarry(b, b.op('and', b.op('shr_u', x, at), 1))
    const result = change?.(b, x, b.op('shl', b.constant(1), at))
    b.commit(() => {
      if (result) b.set(place, result)
      b.setCarries(carries)
    })
  }
}

type Scan = (b: Operations, x: Expression) => Expression

/** BSF and BSR leave all 64 bits of the destination alone where the source is 0 (SDM volume 2, BSF). */
function scanBits(scan: Scan): Semantic {
  return (b) => {
    const x = b.source(1)
    const isWide = b.bytes === 4
    const destination = b.operand(0, 'rw', 0, isWide ? 8 : b.bytes)
    const found = scan(b, x)
    const none = b.op('eqz', x)
    const result = b.select(none, b.get(destination), found)
    const keep = (now: Expression, then: Expression) => b.select(none, now, then)
    const sign = keep(b.flag('s'), b.constant(0))
    const parity = keep(b.flag('p'), evenParity(b, found))
    const carries = keep(b.carries(), b.constant(0))
    b.commit(() => {
      b.set(destination, result)
      b.setFlagsApart(sign, b.number(none), parity, carries)
    })
  }
}

function evenParity(b: Operations, value: Expression): Expression {
  return b.op('xor', b.op('and', b.op('popcnt', b.op('and', value, 0xff)), 1), 1)
}

/** LZCNT and TZCNT count over the whole operand where it is 0, and say so in CF. */
function countZeros(count: Scan): Semantic {
  return (b) => {
    const x = b.source(1)
    const destination = b.operand(0, 'w')
    const result = b.select(b.op('eqz', x), b.constant(8 * b.bytes), count(b, x))
    const carries = withCarry(b, b.number(b.op('eqz', x)))
    const sign = b.flag('s')
    const parity = b.flag('p')
    b.commit(() => {
      b.set(destination, result)
      b.setFlagsApart(sign, b.number(b.op('eqz', result)), parity, carries)
    })
  }
}

const trailing: Scan = (b, x) => b.op('ctz', x)

const countOnes: Semantic = (b) => {
  const x = b.source(1)
  const destination = b.operand(0, 'w')
  const zero = b.number(b.op('eqz', x))
  const result = b.op('popcnt', x)
  b.commit(() => {
    b.set(destination, result)
    b.setFlagsApart(b.constant(0), zero, b.constant(0), b.constant(0))
  })
}

/** The polynomial 11EDC6F41h with its bits reversed, as the SDM's pseudo code comes to. */
const castagnoli = 0x82f6_3b78n

const crc32: Semantic = (b) => {
  const value = b.source(1)
  const destination = b.operand(0, 'rw')
  let crc = b.op('xor', b.op('and', b.get(destination), 0xffff_ffffn), value)
  for (let bit = 0; bit < 8 * b.operandBytes(1); bit++) {
    const odd = b.op('sub', b.constant(0), b.op('and', crc, 1))
    crc = b.op('xor', b.op('shr_u', crc, 1), b.op('and', odd, castagnoli))
  }
  b.commit(() => b.set(destination, crc))
}

export const bits: Readonly<Record<string, Semantic>> = {
  BT: testBit(null),
  BTS: testBit((b, x, mask) => b.op('or', x, mask)),
  BTR: testBit((b, x, mask) => b.op('and', x, b.op('xor', mask, -1))),
  BTC: testBit((b, x, mask) => b.op('xor', x, mask)),
  BSF: scanBits(trailing),
  BSR: scanBits((b, x) => b.op('sub', b.constant(63), b.op('clz', x))),
  TZCNT: countZeros(trailing),
  LZCNT: countZeros((b, x) => b.op('sub', b.op('clz', x), 64 - 8 * b.bytes)),
  POPCNT: countOnes,
  CRC32: crc32,
}
