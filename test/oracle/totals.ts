import { appendFileSync } from 'node:fs'

/** What stands outside, in the order of the table in `docs/conformance.md`. */
export const groups = {
  'host vectors': 'results, flags and faults of user-level instructions on a real processor',
  'live host vectors': 'the same, made anew and judged beside the processor at hand',
  'soft float':
    'operations on every corner with every other, and on random operands, as the processor at hand',
  probes: 'privileged behaviour in Bochs, recorded and run again',
  'iced-x86': 'lengths, mnemonics and operands of encodings',
  "Bochs' decoder": 'lengths of encodings, and what is none',
  lockstep: "random programs step by step beside Bochs' debugger, in every state of the probes",
  fuzz: 'random guests of every mode, half of them random bytes',
  'boot media': 'all state at the end of a boot test: again, on another Node, saved and loaded on its way',
  'chip fuzz':
    'random accesses of every width to all chips of a machine, its state saved and loaded on the way',
  'restart fuzz': 'random boot sectors in machines that others used before, in two orders',
  programs: 'what compiled programs of ours print, on the host and on the embedded engine',
} as const

export type Group = keyof typeof groups
export type Totals = Readonly<Record<string, number | string>>

/** One line of the file that `KERNELTEST_TOTALS` names. */
interface Note {
  readonly group: Group
  readonly totals: Totals
}

/** Tells `npm run test:oracle` what a test has gone through. Numbers of the same label are added up. */
export function noteTotals(group: Group, totals: Totals): void {
  const file = process.env['KERNELTEST_TOTALS']
  const note: Note = { group, totals }
  if (file) appendFileSync(file, `${JSON.stringify(note)}\n`)
}

const [begin, end] = ['<!-- oracle -->\n', '<!-- /oracle -->']
const head = '| group | what is compared | how much | recorded |\n|---|---|---|---|\n'

/** The rows that a page has, by group. */
export function readRows(page: string): ReadonlyMap<string, string> {
  const part = page.split(begin)[1]?.split(end)[0] ?? ''
  const lines = part.split('\n').slice(2, -1)
  return new Map(lines.map((line) => [line.split('|')[1]?.trim() ?? '', `${line}\n`]))
}

/**
 * The page with the rows of the groups that were noted; the others stay. `noted`: lines of `noteTotals`.
 * `recorded`: which sources these are.
 */
export function writeRows(page: string, noted: string, recorded: string): string {
  const notes = noted
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Note)
  const before = readRows(page)
  const rows = Object.entries(groups).flatMap(([group, what]) => {
    const texts = [...sumOf(notes.filter((note) => note.group === group))]
    if (texts.length > 0) {
      const amounts = texts.map(([label, value]) => `${shown(value)} ${label}`)
      return [`| ${group} | ${what} | ${amounts.join('; ')} | ${recorded} |\n`]
    }
    const kept = before.get(group)
    return kept ? [kept] : []
  })
  const [above = '', below = ''] = [page.split(begin)[0], page.split(end)[1]]
  return [above, begin, head, ...rows, end, below].join('')
}

function sumOf(notes: readonly Note[]): ReadonlyMap<string, number | string> {
  const sum = new Map<string, number | string>()
  for (const [label, value] of notes.flatMap(({ totals }) => Object.entries(totals))) {
    const before = sum.get(label)
    sum.set(label, typeof value === 'number' && typeof before === 'number' ? before + value : value)
  }
  return sum
}

const shown = (value: number | string) => (typeof value === 'number' ? value.toLocaleString('en-US') : value)
