import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { groups } from './groups.ts'

const page = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url))
const [begin, end] = ['<!-- probes -->\n', '<!-- /probes -->']

/** The groups with their numbers, as `docs/conformance.md` has them. */
export function probeTable(): string {
  const rows = groups.map(({ name, manual, probes }) => {
    const judged = probes.filter(({ instead }) => instead).length
    return `| [${name}](../test/oracle/bochs/expected/${name}.txt) | ${probes.length} | ${judged} | ${manual} |\n`
  })
  const all = groups.flatMap(({ probes }) => probes)
  const judged = all.filter(({ instead }) => instead).length
  return [
    '| group | probes | not judged by Bochs | Intel, volume 3A |\n|---|---|---|---|\n',
    ...rows,
    `| **all** | **${all.length}** | **${judged}** | |\n`,
  ].join('')
}

export function documentedTable(): string {
  return readFileSync(page, 'utf8').split(begin)[1]?.split(end)[0] ?? ''
}

export function writeTable(): void {
  const text = readFileSync(page, 'utf8')
  writeFileSync(
    page,
    text.replace(begin + documentedTable(), () => begin + probeTable()),
  )
}
