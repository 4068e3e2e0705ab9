import type { Bits } from '../../src/machine/cpu/decode/decoder.ts'
import { withinBound } from './approximations.ts'
import { type Case, caseCount, caseOf, type Section, sections } from './cases.ts'
import { runCase, type Way, waysToRun } from './our-cpu.ts'
import { definedFlags } from './undefined-flags.ts'
import { line, readVectors } from './vectors.ts'
import { differsByVendor } from './vendor-differences.ts'

export interface Verdict {
  readonly judged: number
  /** What the host did and what we did, where that is not the same. */
  readonly wrong: readonly string[]
}

/** Compares every `stride`-th vector of every form with what our processor does. */
export function judgeVectors(bits: Bits, stride: number): Verdict {
  const recorded = readVectors()
  const ways = new Map<Bits, readonly Way[]>()
  const wrong: string[] = []
  let judged = 0
  for (const section of sections()) {
    if (section.form.bits !== bits) continue
    const { stackBits } = section.form
    const own = ways.get(stackBits) ?? waysToRun(section.form)
    ways.set(stackBits, own)
    const lines = recorded.get(section.name) ?? []
    for (let index = 0; index < caseCount(section); index += stride) {
      const difference = judgeCase(section, caseOf(section, index), lines[index] ?? 'not recorded', own)
      if (difference === null) continue
      judged++
      wrong.push(...difference)
    }
  }
  return { judged, wrong }
}

/** What was not as `expected`, a line of the host's; null where the host is no judge. */
export function judgeCase(
  section: Section,
  input: Case,
  expected: string,
  ways: readonly Way[],
): string[] | null {
  if (differsByVendor(input)) return null
  const flags = definedFlags(input)
  return ways.flatMap((way) => {
    const ran = runCase(input, way)
    if (!ran) return []
    const result = comparable(line(input, ran), flags)
    if (result === comparable(withinBound(input, expected, ran.float), flags)) return []
    return [`${section.name}, ${way.name}\n  host ${expected}\n  ours ${result}`]
  })
}

/** Undefined flags are not compared. */
function comparable(text: string, flags: number): string {
  const [code, ended = '', value = '', ...rest] = text.split(' ')
  return [code, ended, (Number.parseInt(value, 16) & flags).toString(16), ...rest].join(' ')
}
