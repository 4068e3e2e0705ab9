import type { Semantic } from './operations.ts'

/** SF, ZF, 0, AF, 0, PF, 1, CF: the low byte of RFLAGS. */
const loadFlags: Semantic = (b) => {
  const al = b.get(b.register(0, 1))
  const place = { s: 15, z: 14, a: 12, p: 10, c: 8 } as const
  let value = b.op('or', al, 0x200)
  for (const name of ['s', 'z', 'a', 'p', 'c'] as const) {
    value = b.op('or', value, b.op('shl', b.flag(name), place[name]))
  }
  b.commit(() => b.set(b.register(0, 2), value))
}

const storeFlags: Semantic = (b) => {
  const ax = b.get(b.register(0, 2))
  const bit = (at: number) => b.op('and', b.op('shr_u', ax, at), 1)
  const [carry, overflow] = [bit(8), b.flag('o')]
  const high = b.op('or', b.op('shl', carry, 63), b.op('shl', b.op('xor', carry, overflow), 62))
  const carries = b.op('or', high, b.op('shl', bit(12), 3))
  b.commit(() => b.setFlagsApart(bit(15), bit(14), bit(10), carries))
}

const setAlFromCarry: Semantic = (b) => {
  const value = b.op('sub', b.constant(0), b.carry())
  b.commit(() => b.set(b.register(0, 1), value))
}

const translate: Semantic = (b) => {
  const address = b.wrapped(b.op('add', b.pointer('bx'), b.get(b.register(0, 1))))
  const value = b.get(b.at('source', address, 'r', 1))
  b.commit(() => b.set(b.register(0, 1), value))
}

export const accumulator: Readonly<Record<string, Semantic>> = {
  LAHF: loadFlags,
  SAHF: storeFlags,
  SALC: setAlFromCarry,
  XLAT: translate,
}
