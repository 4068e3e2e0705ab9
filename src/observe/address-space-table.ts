import { hex } from '../support/hex.ts'
import type { MappedRange } from './mapped-runs.ts'
import type { Permissions } from './page-walk.ts'
import type { PagingMode } from './paging.ts'

interface Mapped {
  readonly mode: PagingMode
  readonly root: bigint
  readonly writeProtect: boolean
  readonly noExecute: boolean
  readonly truncated: boolean
  ranges(): readonly MappedRange[]
}

const maxRows = 1000

/** The mapped ranges as a table, one a line, under a line that says what paging is set to. */
export function rangesTable(space: Mapped): string {
  const ranges = space.ranges()
  const lines = [pagingSummary(space), ...rangeRows(ranges.slice(0, maxRows))]
  if (ranges.length > maxRows) lines.push(`… and ${ranges.length - maxRows} more ranges`)
  if (space.truncated)
    lines.push('The tables are larger than what kerneltest reads, or loop: more may be mapped.')
  return lines.join('\n')
}

/**
 * `4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE off, 3 ranges`. 32-bit paging does not use
 * NXE.
 */
export function pagingSummary(space: Mapped): string {
  if (space.mode === 'none')
    return 'Paging is off: each linear address is the physical one, and nothing is protected'
  const count = space.ranges().length
  const onOff = (on: boolean) => (on ? 'on' : 'off')
  return [
    `${space.mode} paging`,
    `root table at ${hex(space.root)}`,
    `CR0.WP ${onOff(space.writeProtect)}`,
    space.mode === '32-bit' ? 'no entry can forbid execution' : `EFER.NXE ${onOff(space.noExecute)}`,
    count === 1 ? '1 range' : `${count} ranges`,
  ].join(', ')
}

/** A heading and one aligned line a range. */
export function rangeRows(ranges: readonly MappedRange[]): readonly string[] {
  const cells = ranges.map((range) => [
    hex(range.linear, 16),
    hex(range.physical, 16),
    sizeText(range.size),
    sizeText(BigInt(range.pageSize)),
    `${accessText(range)}${range.global ? ' global' : ''}`,
  ])
  const rows = [['linear', 'physical', 'size', 'pages', 'access'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
}

/** `rwx user`, `r-x supervisor`: who may access the page, and how. */
function accessText({ writable, executable, user }: Permissions): string {
  return `r${writable ? 'w' : '-'}${executable ? 'x' : '-'} ${user ? 'user' : 'supervisor'}`
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** From here on a number is not taken in at a glance. */
const longSize = 10_000n

/**
 * Exact, in the largest unit that divides it: `16 KiB`, `2052 KiB`, `2 MiB`. Where that is a long number,
 * rounded down to a tenth of a larger unit: `4095.9 MiB`.
 */
export function sizeText(bytes: bigint): string {
  let tenths = bytes * 10n
  let unit = 0
  let exact = true
  while (unit < units.length - 1 && tenths !== 0n) {
    const divides: boolean = exact && tenths % 10_240n === 0n
    if (!divides && tenths < longSize * 10n) break
    exact = divides
    tenths /= 1024n
    unit++
  }
  const fraction = exact ? '' : `.${tenths % 10n}`
  return `${tenths / 10n}${fraction} ${units[unit]}`
}
