import { writeTable } from './document.ts'
import { readRecords, writeRecords } from './expected.ts'
import { groups } from './groups.ts'
import { ours } from './ours.ts'
import { expectedOf, prepare, recordAll } from './suite.ts'

type Print = (line: string) => void
/** Answers an exit code. */
type Command = (filter: string, print: Print) => number | Promise<number>

/** Runs Bochs and writes what it gave beside the probes. Records of probes that are gone disappear. */
const record: Command = async (filter, print) => {
  const fresh = new Map<string, Map<string, readonly string[]>>()
  await recordAll(prepare(filter), ({ group, probe }, lines) => {
    const known = fresh.get(group) ?? new Map(readRecords(group))
    fresh.set(group, known.set(probe.name, lines))
  })
  for (const { name, probes } of groups) {
    const known = fresh.get(name)
    if (!known) continue
    const ordered = probes.flatMap((probe): [string, readonly string[]][] => {
      const lines = known.get(probe.name)
      return lines ? [[probe.name, lines]] : []
    })
    writeRecords(name, new Map(ordered))
    print(`${name}: ${ordered.length} of ${probes.length} probes recorded`)
  }
  return 0
}

/** Runs Bochs and prints. */
const bochs: Command = async (filter, print) => {
  const found = new Map<string, readonly string[]>()
  const chosen = prepare(filter)
  await recordAll(chosen, ({ group, probe }, lines) => found.set(`${group}: ${probe.name}`, lines))
  for (const { group, probe } of chosen) {
    const name = `${group}: ${probe.name}`
    print([name, ...(found.get(name) ?? [])].join('\n    '))
  }
  return 0
}

/** Bochs' whole log. */
const log: Command = async (filter, print) => {
  await recordAll(prepare(filter).slice(0, 1), (_, lines, run) => {
    print(run.log ?? '')
    print(run.output)
    print(lines.join('\n'))
  })
  return 0
}

/** Our processor beside what is right, for each probe that differs; then totals of the groups. */
const compare: Command = (filter, print) => {
  const totals = new Map<string, { agree: number; all: number }>()
  for (const prepared of prepare(filter)) {
    const { group, probe } = prepared
    const total = totals.get(group) ?? { agree: 0, all: 0 }
    totals.set(group, total)
    total.all++
    const expected = expectedOf(prepared)
    const got = ours(prepared)
    if (got.join('\n') === expected.join('\n')) total.agree++
    else {
      const lines = [...expected.map((line) => `  - ${line}`), ...got.map((line) => `  + ${line}`)]
      print([`${group}: ${probe.name}`, ...lines].join('\n'))
    }
  }
  for (const [group, { agree, all }] of totals) print(`${group}: ${agree} of ${all} agree`)
  return [...totals.values()].every(({ agree, all }) => agree === all) ? 0 : 1
}

const list: Command = (filter, print) => {
  for (const { group, probe } of prepare(filter)) print(`${group}: ${probe.name}`)
  for (const { name, probes } of groups) print(`${probes.length} in ${name}`)
  print(`${groups.reduce((sum, { probes }) => sum + probes.length, 0)} probes`)
  return 0
}

/** Writes the table of groups into `docs/conformance.md`. */
const document: Command = () => {
  writeTable()
  return 0
}

export const commands: Readonly<Record<string, Command>> = { compare, record, bochs, log, list, document }
