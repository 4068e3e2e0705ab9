import { parseRow, type Row } from './row.ts'
import { arithmetic } from './rows/arithmetic.ts'
import { bits } from './rows/bits.ts'
import { control } from './rows/control.ts'
import { hints } from './rows/hints.ts'
import { mmxRows } from './rows/mmx.ts'
import { moves } from './rows/moves.ts'
import { shifts } from './rows/shifts.ts'
import { sseRows } from './rows/sse.ts'
import { sse4Rows } from './rows/sse4.ts'
import { strings } from './rows/strings.ts'
import { system } from './rows/system.ts'
import { x87Rows } from './rows/x87.ts'

/** Every encoding that the CPU knows, each named once. Where two rows match, the earlier one wins. */
export const rows: readonly Row[] = [
  arithmetic,
  shifts,
  bits,
  moves,
  control,
  strings,
  hints,
  system,
  x87Rows,
  mmxRows,
  sseRows,
  sse4Rows,
]
  .flat()
  .map(parseRow)
