import { parseRow, type Row } from './row.ts'
import { arithmetic } from './rows/arithmetic.ts'
import { bits } from './rows/bits.ts'
import { control } from './rows/control.ts'
import { hints } from './rows/hints.ts'
import { moves } from './rows/moves.ts'
import { shifts } from './rows/shifts.ts'
import { strings } from './rows/strings.ts'
import { system } from './rows/system.ts'

/** Every encoding that the CPU knows, each named once. Where two rows match, the earlier one wins. */
export const rows: readonly Row[] = [arithmetic, shifts, bits, moves, control, strings, hints, system]
  .flat()
  .map(parseRow)
