import { flagBit } from '../register-bits.ts'
import type { Expression } from '../wasm/expression.ts'
import { withCarry } from './flags.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Destination } from './target.ts'

const push: Semantic = (b) => {
  const value = b.source(0)
  const top = b.op('sub', b.pointer('sp'), b.bytes)
  const slot = b.at('ss', top, 'w')
  b.commit(() => {
    b.set(slot, value)
    b.setPointer('sp', top)
  })
}

/** An address made of rSP is made of the new one (SDM volume 2, POP). */
const pop: Semantic = (b) => {
  const top = b.pointer('sp')
  const value = b.get(b.at('ss', top, 'r'))
  const destination = b.operand(0, 'w', b.bytes)
  const next = b.op('add', top, b.bytes)
  b.commit(() => {
    b.setPointer('sp', next)
    b.set(destination, value)
  })
}

function branch(target: (b: Operations) => Destination): Semantic {
  return (b) => {
    const destination = target(b)
    b.commit(() => b.goto(destination))
  }
}

function callTo(target: (b: Operations) => Destination): Semantic {
  return (b) => {
    const destination = target(b)
    const top = b.op('sub', b.pointer('sp'), b.bytes)
    const slot = b.at('ss', top, 'w')
    const back = b.nextAddress()
    b.commit(() => {
      b.set(slot, back)
      b.setPointer('sp', top)
      b.goto(destination)
    })
  }
}

const nearReturn: Semantic = (b) => {
  const top = b.pointer('sp')
  const destination = b.near(b.get(b.at('ss', top, 'r')))
  const extra = b.operandCount > 0 ? b.immediate(0) : b.constant(0)
  const next = b.op('add', b.op('add', top, b.bytes), extra)
  b.commit(() => {
    b.setPointer('sp', next)
    b.goto(destination)
  })
}

/** LOOP and its kin count down whatever they do then; `wanted` is of ZF. */
function loopWhile(wanted: (b: Operations) => Expression | null): Semantic {
  return (b) => {
    const left = b.wrapped(b.op('sub', b.pointer('cx'), 1))
    const more = b.op('ne', left, 0)
    const condition = wanted(b)
    const destination = b.relative(condition ? b.op32('and', more, condition) : more)
    b.commit(() => {
      b.setPointer('cx', left)
      b.goto(destination)
    })
  }
}

const toOperand = (b: Operations) => (b.isImmediate(0) ? b.relative() : b.near(b.source(0)))

function setCarry(how: 'clear' | 'set' | 'flip'): Semantic {
  return (b) => {
    const carry = how === 'flip' ? b.op('xor', b.carry(), 1) : b.constant(how === 'set' ? 1 : 0)
    const carries = withCarry(b, carry)
    b.commit(() => b.setCarries(carries))
  }
}

function systemFlag(mask: number, value: boolean): Semantic {
  return (b) => {
    const flags = b.systemFlags()
    const changed = value ? b.op32('or', flags, mask) : b.op32('and', flags, ~mask)
    b.commit(() => b.setSystemFlags(changed))
  }
}

export const control: Readonly<Record<string, Semantic>> = {
  PUSH: push,
  POP: pop,
  JMP: branch(toOperand),
  Jcc: branch((b) => b.relative(b.condition())),
  CALL: callTo(toOperand),
  RET: nearReturn,
  LOOP: loopWhile(() => null),
  LOOPE: loopWhile((b) => b.op('ne', b.flag('z'), 0)),
  LOOPNE: loopWhile((b) => b.op('eqz', b.flag('z'))),
  JCXZ: branch((b) => b.relative(b.op('eqz', b.pointer('cx')))),
  CLC: setCarry('clear'),
  STC: setCarry('set'),
  CMC: setCarry('flip'),
  CLD: systemFlag(flagBit.direction, false),
  STD: systemFlag(flagBit.direction, true),
}
