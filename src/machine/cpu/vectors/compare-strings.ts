import { call, constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/** Strings of bytes or of words. */
type Lanes = 'i8x16' | 'i16x8'

interface Strings {
  readonly lanes: Lanes
  readonly x: Local
  readonly y: Local
  readonly xCount: Local
  readonly yCount: Local
  /** Elements that count, a bit each. */
  readonly xValid: Local
  readonly yValid: Local
  /** As many bits as there are elements. */
  readonly all: number
}

/** Bits of the immediate (SDM volume 2, 4.1.1). */
export const stringMode = { words: 1, signed: 2, negated: 0x10, onlyValid: 0x20, output: 0x40 } as const

/**
 * `(x, y, elements of x, elements of y, immediate) → IntRes2`, a bit for each element of y: what PCMPESTRI,
 * PCMPESTRM, PCMPISTRI and PCMPISTRM find (SDM volume 2, 4.1).
 */
export function defineCompareStrings(module: ModuleBuilder): FunctionReference {
  const bytes = defineOf(module, 'i8x16')
  const words = defineOf(module, 'i16x8')
  const parameters = ['v128', 'v128', 'i32', 'i32', 'i32'] as const
  return module.function('compareStrings', parameters, ['i32'], (f) => {
    const mode = f.parameters[4] as Local
    f.if(op('i32.and', mode, stringMode.words), () => f.return(call(words, ...f.parameters)))
    f.return(call(bytes, ...f.parameters))
  })
}

/** `(string, immediate) → elements` in front of the first that is 0. */
export function defineStringLength(module: ModuleBuilder): FunctionReference {
  return module.function('stringLength', ['v128', 'i32'], ['i32'], (f) => {
    const [text, mode] = f.parameters as [Local, Local]
    const zeros = (lanes: Lanes, end: number) =>
      op('i32.ctz', op('i32.or', bits(lanes, op(`${lanes}.eq`, text, op('i64x2.splat', 0))), end))
    f.if(op('i32.and', mode, stringMode.words), () => f.return(zeros('i16x8', 1 << 8)))
    f.return(zeros('i8x16', 1 << 16))
  })
}

function defineOf(module: ModuleBuilder, lanes: Lanes): FunctionReference {
  const parameters = ['v128', 'v128', 'i32', 'i32', 'i32'] as const
  return module.function(`compareStrings ${lanes}`, parameters, ['i32'], (f) => {
    const [x, y, xCount, yCount, mode] = f.parameters as [Local, Local, Local, Local, Local]
    const all = lanes === 'i8x16' ? 0xffff : 0xff
    const valid = (count: Local) => f.let(op('i32.sub', op('i32.shl', constant('i32', 1), count), 1))
    const strings = { lanes, x, y, xCount, yCount, xValid: valid(xCount), yValid: valid(yCount), all }
    // Unsigned numbers are in the order of signed ones with the other sign.
    const isSigned = op('i32.and', mode, stringMode.signed)
    const sign = op(`${lanes}.splat`, lanes === 'i8x16' ? 0x80 : 0x8000)
    const turned = f.let(select(isSigned, op('i64x2.splat', 0), sign))
    for (const text of [x, y]) f.set(text, op('v128.xor', text, turned))
    const found = f.let(constant('i32', 0))
    f.switch(
      op('i32.and', op('i32.shr_u', mode, 2), 3),
      [equalAny, inRanges, equalEach, equalOrdered].map((aggregate) => () => aggregate(f, strings, found)),
    )
    const flipped = select(op('i32.and', mode, stringMode.onlyValid), strings.yValid, constant('i32', all))
    f.if(op('i32.and', mode, stringMode.negated), () => f.set(found, op('i32.xor', found, flipped)))
    f.return(found)
  })
}

const bits = (lanes: Lanes, vector: Expression) => op(`${lanes}.bitmask`, vector)

/** Elements of y that are one of x. */
function equalAny(f: FunctionBuilder, strings: Strings, found: Local): void {
  const { lanes, x, y, xCount, yValid } = strings
  forEach(f, xCount, 1, (index) => {
    f.set(found, op('i32.or', found, bits(lanes, op(`${lanes}.eq`, y, elements(lanes, x, index)))))
  })
  f.set(found, op('i32.and', found, yValid))
}

/** Elements of y between two of x, of which the first is even. */
function inRanges(f: FunctionBuilder, strings: Strings, found: Local): void {
  const { lanes, x, y, xCount, yValid } = strings
  forEach(f, f.let(op('i32.sub', xCount, 1)), 2, (index) => {
    const least = op(`${lanes}.ge_s`, y, elements(lanes, x, index))
    const most = op(`${lanes}.le_s`, y, elements(lanes, x, op('i32.add', index, 1)))
    f.set(found, op('i32.or', found, bits(lanes, op('v128.and', least, most))))
  })
  f.set(found, op('i32.and', found, yValid))
}

/** Places where both are the same, or both are at an end. */
function equalEach(f: FunctionBuilder, strings: Strings, found: Local): void {
  const { lanes, x, y, xValid, yValid, all } = strings
  const same = op('i32.and', bits(lanes, op(`${lanes}.eq`, x, y)), op('i32.and', xValid, yValid))
  const ended = op('i32.xor', op('i32.or', xValid, yValid), all)
  f.set(found, op('i32.or', same, ended))
}

/** Places where y goes on as x does, as far as the register reaches. */
function equalOrdered(f: FunctionBuilder, strings: Strings, found: Local): void {
  const { lanes, x, y, xCount, yValid, all } = strings
  f.set(found, all)
  forEach(f, xCount, 1, (index) => {
    const same = op('i32.and', bits(lanes, op(`${lanes}.eq`, y, elements(lanes, x, index))), yValid)
    const beyond = op('i32.xor', op('i32.shr_u', constant('i32', all), index), all)
    f.set(found, op('i32.and', found, op('i32.or', op('i32.shr_u', same, index), beyond)))
  })
}

/** Element `index` in every lane. */
function elements(lanes: Lanes, text: Local, index: Expression): Expression {
  const places =
    lanes === 'i8x16'
      ? op('i8x16.splat', index)
      : op('i16x8.splat', op('i32.add', op('i32.mul', index, 0x202), 0x100))
  return op('i8x16.swizzle', text, places)
}

function forEach(f: FunctionBuilder, count: Local, step: number, body: (index: Local) => void): void {
  const index = f.let(constant('i32', 0))
  f.block((end) => {
    f.loop((again) => {
      f.br(end, op('i32.ge_s', index, count))
      body(index)
      f.set(index, op('i32.add', index, step))
      f.br(again)
    })
  })
}
