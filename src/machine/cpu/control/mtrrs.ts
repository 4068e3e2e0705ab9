import { state } from '../state-layout.ts'
import { abovePhysical, model } from './model.ts'
import type { ModelRegister } from './model-register.ts'
import { stored } from './model-register.ts'

/** Memory types: UC, WC, WT, WP, WB; the PAT knows UC- too (SDM volume 3, 12.3 and 12.12). */
const memoryTypes: readonly bigint[] = [0n, 1n, 4n, 5n, 6n]
export const patTypes: readonly bigint[] = [...memoryTypes, 7n]

const fixedRanges = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f]
const defaultTypeNumber = 0x2ff
const firstVariable = 0x200

/** Positions in `state.mtrrs`: the default type, then fixed ranges, then pairs of base and mask. */
const at = (index: number) => state.mtrrs + 8 * index

/** IA32_MTRRCAP: count of variable ranges, fixed ranges, write-combining. */
export const mtrrCapabilities = BigInt(model.variableMtrrs) | 0x100n | 0x400n

/** Memory type range registers (SDM volume 3, 12.11.2). They are kept and checked; nothing is cached here. */
export function mtrrs(): [number, ModelRegister][] {
  const fixed = fixedRanges.map((number, index): [number, ModelRegister] => [
    number,
    stored(at(1 + index), (value) => allBytes(value, memoryTypes)),
  ])
  const variable = Array.from({ length: 2 * model.variableMtrrs }, (_, index): [number, ModelRegister] => [
    firstVariable + index,
    stored(at(1 + fixedRanges.length + index), index % 2 === 0 ? isBase : isMask),
  ])
  return [...fixed, ...variable, [defaultTypeNumber, stored(at(0), isDefaultType)]]
}

/** Whether each byte is one of `types`. */
export function allBytes(value: bigint, types: readonly bigint[]): boolean {
  return [0n, 8n, 16n, 24n, 32n, 40n, 48n, 56n].every((shift) => types.includes((value >> shift) & 0xffn))
}

const isBase = (value: bigint) =>
  memoryTypes.includes(value & 0xffn) && (value & (0xf00n | abovePhysical)) === 0n

const isMask = (value: bigint) => (value & (0x7ffn | abovePhysical)) === 0n

/** Type, enable of fixed ranges (bit 10), enable (bit 11). */
const isDefaultType = (value: bigint) => memoryTypes.includes(value & 0xffn) && (value & ~0xcffn) === 0n
