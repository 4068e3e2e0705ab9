import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Name of a probe → what was recorded, a line for each event. */
export type Records = ReadonlyMap<string, readonly string[]>

function fileOf(group: string): string {
  return fileURLToPath(new URL(`expected/${group}.txt`, import.meta.url))
}

export function readRecords(group: string): Records {
  const file = fileOf(group)
  const records = new Map<string, string[]>()
  if (!existsSync(file)) return records
  let current: string[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('  ')) current.push(line.slice(2))
    else if (line !== '' && !line.startsWith('#')) {
      current = []
      records.set(line, current)
    }
  }
  return records
}

export function writeRecords(group: string, records: Records): void {
  const blocks = [...records].map(([name, lines]) =>
    [name, ...lines.map((line) => `  ${line}`), ''].join('\n'),
  )
  writeFileSync(
    fileOf(group),
    `# Recorded from Bochs 2.7; README.md says how to read it.\n${blocks.join('')}`,
  )
}
