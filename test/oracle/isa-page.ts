import { semantics } from '../../src/machine/cpu/semantics/semantics.ts'
import { systemInstructions } from '../../src/machine/cpu/system-instructions.ts'
import { machineFeatures } from '../../src/machine/cpu/table/features.ts'
import { instructionName, type OpcodeMap, type Row } from '../../src/machine/cpu/table/row.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import type { Evidence } from './evidence.ts'
import { gapsOf } from './gaps.ts'

/** How a row runs here: generated from its semantic, by TypeScript, as #UD, or not yet. */
export type Home = 'WebAssembly' | 'TypeScript' | '#UD' | 'not claimed' | 'next'

export function homeOf(row: Row): Home {
  const { alwaysUndefined, cpuid } = row.facts
  if (alwaysUndefined) return '#UD'
  if (cpuid && !machineFeatures.has(cpuid)) return 'not claimed'
  const name = instructionName(row)
  if (systemInstructions.has(name)) return 'TypeScript'
  return semantics.has(name) ? 'WebAssembly' : 'next'
}

const titles: Readonly<Record<OpcodeMap, string>> = {
  one: 'One byte',
  '0f': '0F',
  '0f38': '0F 38',
  '0f3a': '0F 3A',
}

const opening = `# The instructions

Every row of the CPU's [table](../../src/machine/cpu/table/rows.ts), and what speaks for it from outside. A byte
sequence that no row matches is #UD. This page is written by \`npx vitest run test/machine/isa-page.test.ts -u\`;
the same test fails while it is not current.

- **Encoding** as in Intel's manual. NP: none of 66, F2, F3 may stand before it; NFx: neither F2 nor F3.
- **Modes**: 64 is 64-bit code; \`legacy\` everything else; \`protected\`: #UD in real and virtual-8086 mode.
- **Size**: 64 where 64-bit code has 64-bit operands by default, or always (64!).
- **Flags**: r are read, w written, u left undefined.
- **Conditions** name the CPUID bit: \`aes\`, \`pclmulqdq\` and \`sha-ni\` are #UD unless the machine is made with them.
- **Runs as**: generated from a semantic (WebAssembly), TypeScript, \`#UD\` always, \`not claimed\` by the model
  and so #UD, or \`next\`: it decodes, and running it ends the run as an engine error.
- **Vectors**: recorded on a host CPU, in 64, 32 and 16-bit code. **Probes**: programs that ran in Bochs and
  came to the instruction, by group. Where the records of Bochs and of our processor agree, they came to the same.

iced-x86 agrees on length, mnemonic and operands over three million encodings
([test](../../test/machine/decode.slow.ts), [what it sees otherwise](../../test/machine/disagreements.ts)), and Bochs
on what is an instruction and how long it is ([test](../../test/machine/decode-bochs.slow.ts)).
`

/** What is still to be shown of integer and system rows from outside, a line for each row. */
export function openQuestions(evidence: readonly Evidence[]): readonly string[] {
  return rows
    .filter((row) => isNow(row) && homeOf(row) !== 'not claimed')
    .flatMap((row) => {
      const gaps = gapsOf(row, evidence[row.id] ?? noEvidence)
      return gaps.length === 0 ? [] : [`${row.encoding} ${row.mnemonic}: ${gaps.join('; ')}`]
    })
}

/** Not of the floating-point unit and its kin, which come next. */
const isNow = ({ facts: { fpu } }: Row) => !fpu || fpu === 'xcr'

export function isaPage(evidence: readonly Evidence[]): string {
  const maps = Object.entries(titles).map(([map, title]) => {
    const lines = rows.filter((row) => row.map === map).map((row) => lineOf(row, evidence[row.id]))
    return [`## ${title}`, '', head, rule, ...lines, ''].join('\n')
  })
  return [opening, summary(evidence), ...maps].join('\n')
}

const noEvidence: Evidence = {
  vectors: { 16: 0, 32: 0, 64: 0 },
  probes: new Map(),
  situations: new Set(),
  exceptions: new Set(),
}

const columns =
  'Encoding, Instruction, Modes, Size, Prefixes, Flags, Conditions, Runs as, Vectors, Probes'.split(', ')
const head = `| ${columns.join(' | ')} |`
const rule = `|${'---|'.repeat(columns.length)}`

function summary(evidence: readonly Evidence[]): string {
  const homes = new Map<Home, number>()
  for (const row of rows) homes.set(homeOf(row), (homes.get(homeOf(row)) ?? 0) + 1)
  const counts = [...homes].map(([home, count]) => `${count} ${home}`).join(', ')
  const vectors = evidence.reduce((sum, one) => sum + one.vectors[16] + one.vectors[32] + one.vectors[64], 0)
  return `${rows.length} rows: ${counts}. ${vectors} vectors.\n`
}

function lineOf(row: Row, evidence: Evidence | undefined): string {
  const { vectors, probes } = evidence ?? noEvidence
  const counts = [vectors[64], vectors[32], vectors[16]]
  const cells = [
    row.encoding,
    [row.mnemonic, row.operands.join(', ')].join(' ').trim(),
    modesOf(row),
    { default64: '64', forced64: '64!', none: '' }[row.facts.in64 ?? 'none'],
    [row.facts.lock ? 'LOCK' : '', row.facts.repeat ? 'REP' : ''].filter(Boolean).join(', '),
    flagsOf(row),
    conditionsOf(row),
    homeOf(row),
    counts.some((count) => count > 0) ? counts.join(', ') : '',
    [...probes].map(([group, count]) => `${group} ${count}`).join(', '),
  ]
  return `| ${cells.join(' | ')} |`
}

function modesOf({ facts }: Row): string {
  const width = facts.only === 'long' ? '64' : facts.only === 'legacy' ? 'legacy' : ''
  const form = facts.form === 'register' ? 'registers' : facts.form === 'memory' ? 'memory' : ''
  return [width, facts.protectedOnly ? 'protected' : '', form].filter(Boolean).join(', ')
}

function flagsOf({ facts: { reads, writes, undefined: unknown } }: Row): string {
  return [reads && `r ${reads}`, writes && `w ${writes}`, unknown && `u ${unknown}`].filter(Boolean).join(' ')
}

function conditionsOf({ facts }: Row): string {
  return [
    facts.privileged && 'CPL 0',
    facts.cpuid,
    facts.fpu && `state: ${facts.fpu}`,
    facts.aligned && 'aligned',
    ...(facts.faults ?? []),
  ]
    .filter(Boolean)
    .join('; ')
}
