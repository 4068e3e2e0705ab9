import { accumulator } from './accumulator.ts'
import { arithmetic } from './arithmetic.ts'
import { bits } from './bits.ts'
import { checks } from './checks.ts'
import { control } from './control.ts'
import { decimal } from './decimal.ts'
import { doubleShifts } from './double-shifts.ts'
import { exchanges } from './exchange.ts'
import { fastCalls } from './fast-calls.ts'
import { frames } from './frames.ts'
import { moves } from './moves.ts'
import { multiplication } from './multiply.ts'
import type { Semantic } from './operations.ts'
import { ports } from './ports.ts'
import { shifts } from './shifts.ts'
import { strings } from './strings.ts'

/** What each mnemonic does, defined once. Mnemonics that are not here are TypeScript (`system/`). */
export const semantics: ReadonlyMap<string, Semantic> = new Map(
  [
    ...[accumulator, arithmetic, bits, checks, control, decimal, doubleShifts, exchanges, fastCalls, frames],
    ...[moves, multiplication, ports, shifts, strings],
  ].flatMap((group) => Object.entries(group)),
)
