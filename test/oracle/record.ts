import { caseCount, caseOf, type Section, sections, seed } from './cases.ts'
import { withRecorder } from './host-recorder.ts'
import { line, type Result, writeVectors } from './vectors.ts'

const casesAtOnce = 20_000

/** Runs every case on this machine's CPU and writes the files anew. */
export function record(): void {
  const all = sections().flatMap((section) =>
    Array.from({ length: caseCount(section) }, (_, index) => ({ section, input: caseOf(section, index) })),
  )
  const recorded = new Map<string, { section: Section; lines: string[] }>()
  withRecorder((run, cpu) => {
    for (let from = 0; from < all.length; from += casesAtOnce) {
      const some = all.slice(from, from + casesAtOnce)
      const results = run(some.map(({ input }) => input))
      some.forEach(({ section, input }, index) => {
        const own = recorded.get(section.name) ?? { section, lines: [] }
        recorded.set(section.name, own)
        own.lines.push(line(input, results[index] as Result))
      })
    }
    writeVectors(`# ${cpu}, recorder.c, cases.ts with seed "${seed}"`, [...recorded.values()])
  })
}
