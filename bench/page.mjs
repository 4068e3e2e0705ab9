// docs/benchmarks.md: a section for each group of measurements, replaced when it is measured anew.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

const page = new URL('../docs/benchmarks.md', import.meta.url)

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** One line about the machine that measures, its load included. */
export const host = () =>
  [
    `${cpus().length} × ${cpus()[0].model.trim()}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${type()} ${release()}`,
    `Node ${process.version}`,
    execFileSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' }).split('\n')[0],
    `load ${loadavg()[0].toFixed(1)}`,
  ].join(', ')

const introduction = `# Benchmarks

Written by \`npm run bench -- --write\`; do not edit. Candidates alternate within one run. On a shared host medians swing with
its load: judge wall times by their minima.
`

/** Puts sections, by title, into the page; the others stay. */
export function write(sections) {
  const before = readFileSync(page, 'utf8').split(/^## /m).slice(1)
  const known = new Map(
    before.map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n'))]),
  )
  for (const [title, text] of sections) known.set(title, `\n\nHost: ${host()}.\n\n${text}\n`)
  const parts = [...known].map(([title, text]) => `## ${title}\n\n${text.trim()}\n`)
  writeFileSync(page, [introduction, ...parts].join('\n'))
}
