import { definedOnce } from '../defined-once.ts'
import { accessControl } from './access-control.ts'
import { accumulator } from './accumulator.ts'
import { aes } from './aes.ts'
import { approximations } from './approximations.ts'
import { arithmetic } from './arithmetic.ts'
import { bits } from './bits.ts'
import { blends } from './blends.ts'
import { carryLess } from './carry-less.ts'
import { checks } from './checks.ts'
import { control } from './control.ts'
import { controlRegisters } from './control-registers.ts'
import { controlStatus } from './control-status.ts'
import { decimal } from './decimal.ts'
import { dotProducts } from './dot-products.ts'
import { doubleShifts } from './double-shifts.ts'
import { elements } from './elements.ts'
import { exchanges } from './exchange.ts'
import { extensions } from './extensions.ts'
import { farTransfers } from './far-transfers.ts'
import { fastCalls } from './fast-calls.ts'
import { flagsStack } from './flags-stack.ts'
import { floatSaves } from './float-saves.ts'
import { frames } from './frames.ts'
import { interruptFlag } from './interrupt-flag.ts'
import { interrupts } from './interrupts.ts'
import { maskedMoves } from './masked-moves.ts'
import { mmxState } from './mmx-entry.ts'
import { modelRegisters } from './model-registers.ts'
import { moves } from './moves.ts'
import { multiplication } from './multiply.ts'
import type { Semantic } from './operations.ts'
import { packedOperations } from './packed.ts'
import { packedProducts } from './packed-products.ts'
import { packedShifts } from './packed-shifts.ts'
import { packedSums } from './packed-sums.ts'
import { packedTests } from './packed-tests.ts'
import { ports } from './ports.ts'
import { segmentBases } from './segment-bases.ts'
import { segmentRegisters } from './segment-registers.ts'
import { sha } from './sha.ts'
import { shifts } from './shifts.ts'
import { shuffles } from './shuffles.ts'
import { sseArithmetic } from './sse-arithmetic.ts'
import { sseCompare } from './sse-compare.ts'
import { sseConversions } from './sse-conversions.ts'
import { sseRound } from './sse-round.ts'
import { stringComparisons } from './string-comparisons.ts'
import { strings } from './strings.ts'
import { timeStampCounter } from './time-stamp.ts'
import { translations } from './translations.ts'
import { vectorMoves } from './vector-moves.ts'
import { x87Arithmetic } from './x87-arithmetic.ts'
import { x87Comparisons } from './x87-compare.ts'
import { x87Control } from './x87-control.ts'
import { x87Functions } from './x87-functions.ts'
import { x87Moves } from './x87-moves.ts'
import { x87Stack } from './x87-stack.ts'
import { x87Transcendental } from './x87-transcendental.ts'

/** The ordinary path of instructions that TypeScript knows whole (`system-instructions.ts`). */
const ordinaryPaths = [
  ...[accessControl, controlRegisters, farTransfers, fastCalls, flagsStack, interruptFlag, interrupts],
  ...[floatSaves, modelRegisters, segmentBases, segmentRegisters, timeStampCounter, translations],
]

/** On MMX and XMM registers, without numbers that are rounded. */
const vectorOperations = [
  ...[packedOperations, packedProducts, packedShifts, packedSums, packedTests, vectorMoves],
  ...[aes, blends, carryLess, elements, extensions, maskedMoves, sha, shuffles, stringComparisons],
]

/** What each instruction does, by `instructionName`. Those that are not here are TypeScript. */
export const semantics: ReadonlyMap<string, Semantic> = definedOnce([
  ...[accumulator, arithmetic, bits, checks, control, decimal, doubleShifts, exchanges, frames, moves],
  ...[multiplication, mmxState, ports, shifts, strings, ...vectorOperations, ...ordinaryPaths],
  ...[approximations, controlStatus, dotProducts, sseArithmetic, sseCompare, sseConversions, sseRound],
  ...[x87Arithmetic, x87Comparisons, x87Control, x87Functions, x87Moves, x87Stack, x87Transcendental],
])

/**
 * Instructions with two definitions: TypeScript's is the whole, the semantic leaves to it what is unusual.
 */
export const plainCases: ReadonlySet<string> = new Set(ordinaryPaths.flatMap((group) => Object.keys(group)))
