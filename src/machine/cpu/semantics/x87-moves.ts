import { flag } from '../float/formats.ts'
import { constant, type Expression, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Extended } from './x87-operations.ts'

const never = constant('i32', 0)

/**
 * Pushes a value that has come with flags. `isEmpty`: of the register that it was read from, which comes
 * before there is no room. An unmasked DE, of a denormal in memory, does not keep it from the stack.
 */
function load(
  b: Operations,
  value: Extended,
  flags: Expression | number = 0,
  isEmpty: Expression = never,
): void {
  const { x87 } = b
  const register = x87.st(-1)
  const isFault = op('i32.or', op('i32.eqz', register.isEmpty), isEmpty)
  const outcome = x87.outcome(flags, isFault, op('i32.eqz', isEmpty), flag.invalid)
  const pushed = x87.result(outcome, value)
  x87.commit(() => x87.settle(outcome, () => x87.push(register, pushed)))
}

/** From memory of 32 or 64 bits, or from ST(i). */
const loadNumber: Semantic = (b) => {
  const { x87 } = b
  const bytes = b.operandBytes(0)
  if (bytes === 10) {
    const source = x87.operand(0)
    load(b, x87.read(source), 0, source.isEmpty)
    return
  }
  const width = bytes === 8 ? 64 : 32
  const [low, high, flags] = x87.call(x87.functions.load[width], b.source(0), x87.control) as [
    Local,
    Local,
    Local,
  ]
  load(b, { low, high }, flags)
}

const loadExtended: Semantic = (b) => load(b, b.x87.readMemory(b.operand(0, 'r')))

const loadInteger: Semantic = (b) => {
  const integer = b.signed(b.source(0), b.operandBytes(0))
  const [low, high] = b.x87.call(b.x87.functions.loadInteger, integer) as [Local, Local]
  load(b, { low, high })
}

const loadDecimal: Semantic = (b) => {
  const { x87 } = b
  const decimal = x87.readMemory(b.operand(0, 'r'))
  const [low, high] = x87.call(x87.functions.loadDecimal, decimal.low, decimal.high) as [Local, Local]
  load(b, { low, high })
}

/** To memory nothing is written either where an overflow or an underflow is unmasked. */
const beforeStores = flag.before | flag.overflow | flag.underflow

/** To memory: `convert` answers what goes there, and flags; `masked` is the response to an empty register. */
function store(
  b: Operations,
  pops: boolean,
  masked: bigint,
  convert: (value: Extended) => readonly [Expression, Expression],
): void {
  const { x87 } = b
  const place = b.operand(0, 'w')
  const top = x87.st(0)
  const [bits, flags] = convert(x87.read(top))
  const outcome = x87.outcome(flags, top.isEmpty, null, beforeStores)
  const value = b.select(top.isEmpty, b.truncate(b.constant(masked)), bits)
  x87.commit(() =>
    x87.settle(outcome, () => {
      b.set(place, value)
      if (pops) x87.pop(top)
    }),
  )
}

const defaultNan = { 4: 0xffc0_0000n, 8: 0xfff8_0000_0000_0000n } as const

/** To memory of 32 or 64 bits, or to ST(i), which takes ST(0) as it is. */
const storeNumber =
  (pops: boolean): Semantic =>
  (b) => {
    const { x87 } = b
    const bytes = b.operandBytes(0)
    if (bytes === 10) {
      const [destination, top] = [x87.operand(0), x87.st(0)]
      const outcome = x87.outcome(0, top.isEmpty)
      const value = x87.result(outcome, x87.read(top))
      x87.commit(() =>
        x87.settle(outcome, () => {
          x87.write(destination, value)
          if (pops) x87.pop(top)
        }),
      )
      return
    }
    const size = bytes === 8 ? 8 : 4
    store(b, pops, defaultNan[size], ({ low, high }) => {
      return x87.call(x87.functions.store[size === 8 ? 64 : 32], low, high, x87.control) as [Local, Local]
    })
  }

/** Ten bytes, popped; `convert` answers them, and flags. */
function storeTen(b: Operations, convert: (value: Extended) => readonly [Extended, Expression]): void {
  const { x87 } = b
  const place = b.operand(0, 'w')
  const top = x87.st(0)
  const [bytes, flags] = convert(x87.read(top))
  const outcome = x87.outcome(flags, top.isEmpty)
  const value = x87.result(outcome, bytes)
  x87.commit(() =>
    x87.settle(outcome, () => {
      x87.writeMemory(place, value)
      x87.pop(top)
    }),
  )
}

const storeExtended: Semantic = (b) => storeTen(b, (value) => [value, constant('i32', 0)])

const storeDecimal: Semantic = (b) => {
  storeTen(b, ({ low, high }) => {
    const { x87 } = b
    const [digits, upper, flags] = x87.call(x87.functions.storeDecimal, low, high, x87.control) as [
      Local,
      Local,
      Local,
    ]
    return [{ low: digits, high: upper }, flags]
  })
}

/** `truncates`: whatever rounding the control word says. */
const storeInteger =
  (pops: boolean, truncates = false): Semantic =>
  (b) => {
    const { x87 } = b
    const limit = 1n << BigInt(8 * b.operandBytes(0) - 1)
    const control = truncates ? op('i32.or', x87.control, 0xc00) : x87.control
    store(b, pops, limit, ({ low, high }) => {
      return x87.call(x87.functions.storeInteger, low, high, control, limit) as [Local, Local]
    })
  }

export const x87Moves: Readonly<Record<string, Semantic>> = {
  ...{ FLD: loadNumber, 'FLD Mt': loadExtended, FILD: loadInteger, 'FBLD Mt': loadDecimal },
  ...{ FST: storeNumber(false), FSTP: storeNumber(true), 'FSTP Mt': storeExtended },
  ...{ FIST: storeInteger(false), FISTP: storeInteger(true), FISTTP: storeInteger(true, true) },
  'FBSTP Mt': storeDecimal,
}
