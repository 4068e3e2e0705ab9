import type { Screen, TextScreen } from '../../src/observe/screen.ts'
import { rowOf } from '../../src/observe/text-screen.ts'
import type { Sight } from './real-media.ts'

/**
 * What the guest wrote, a line a row with its attributes: from the first row that is its own, up to the last
 * one that is not blank, masked parts as `…`.
 */
export function guestCells(screen: Screen, { from = /^/, masked = [] }: Sight): readonly string[] {
  if (screen.kind === 'graphics') return [`graphics, ${screen.width} × ${screen.height}`]
  const rows = Array.from({ length: screen.rows }, (_, row) => rowOf(screen, row))
  const first = rows.findIndex((row) => from.test(row))
  const last = rows.findLastIndex((row) => row.trim() !== '')
  if (first < 0) return [`no row is like ${from}`, ...rows]
  return rows.slice(first, last + 1).map((row, index) => {
    const text = masked.reduce((shown, pattern) => shown.replace(pattern, '…'), row).trimEnd()
    return `${text}  (${attributesOf(screen, first + index)})`
  })
}

/** As `07×10 70×60`. A blank has no foreground: where one scrolls in, BIOSes differ. */
function attributesOf({ columns, codes, attributes }: TextScreen, row: number): string {
  const seen = attributes.map((attribute, at) => (codes[at] === 0x20 ? (attribute & 0xf0) | 7 : attribute))
  const ofRow = Buffer.from(seen.subarray(row * columns, (row + 1) * columns)).toString('hex')
  return (ofRow.match(/(..)\1*/g) ?? []).map((run) => `${run.slice(0, 2)}×${run.length / 2}`).join(' ')
}
