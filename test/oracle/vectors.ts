import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Row } from '../../src/machine/cpu/table/row.ts'
import type { Case, Section } from './cases.ts'
import type { FloatState } from './float-state.ts'

const directory = fileURLToPath(new URL('vectors/', import.meta.url))

/** What is left after one instruction, with the memory that it could reach. */
export interface Result {
  readonly registers: readonly bigint[]
  readonly rflags: number
  /** 0: behind the instruction, 1: where it branches to, 0x100 + vector: an exception. */
  readonly endedAt: number
  readonly errorCode: number
  readonly float: FloatState
  readonly data: Uint8Array
  readonly stack: Uint8Array
}

/** Exceptions that push an error code (SDM volume 3, table 6-1). */
const withCode = new Set([8, 10, 11, 12, 13, 14, 17])

const names = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']

/** Six arithmetic flags and DF. */
export const comparedFlags = 0xcd5

/**
 * One line of what differs from the input: `code end flags registers memory`. The end is `-` behind the
 * instruction, `>` where it branches to, or `#vector:error code`; memory is `d` or `s` with an offset into
 * the window, `=` and the bytes that changed there; `x` is the same of XMM registers, `f` of R0 to R7; `m=`
 * is MXCSR, `fc=`, `fs=` and `ft=` are control word, status word and the registers that are not empty.
 */
export function line(input: Case, result: Result): string {
  const registers = result.registers.flatMap((value, index) =>
    value === input.registers[index] ? [] : [`${names[index] ?? index}=${value.toString(16)}`],
  )
  const code = Buffer.from(input.code).toString('hex')
  const flags = (result.rflags & comparedFlags).toString(16)
  const memory = [...changes('d', input.data, result.data), ...changes('s', input.stack, result.stack)]
  const float = floatChanges(input.float, result.float)
  return [code, endOf(result), flags, ...registers, ...memory, ...float].join(' ')
}

const floatFiles = { x: 'vectors', f: 'registers' } as const
const floatWords = { m: 'mxcsr', fc: 'control', fs: 'status', ft: 'full' } as const

function floatChanges(before: FloatState, after: FloatState): string[] {
  const words = entriesOf(floatWords).flatMap(([name, key]) =>
    before[key] === after[key] ? [] : [`${name}=${after[key].toString(16)}`],
  )
  const files = entriesOf(floatFiles).flatMap(([name, key]) => changes(name, before[key], after[key]))
  return [...files, ...words]
}

function entriesOf<Name extends string, Value>(record: Readonly<Record<Name, Value>>): [Name, Value][] {
  return Object.entries(record) as [Name, Value][]
}

const floatChange = /^(?:([xf])(\d+)|(m|fc|fs|ft))=(.*)$/

/** What a line says of floating-point state that was so before. */
export function floatStateOf(text: string, before: FloatState): FloatState {
  const after = { ...before, vectors: before.vectors.slice(), registers: before.registers.slice() }
  for (const token of text.split(' ')) {
    const [, file, at, word, value = ''] = floatChange.exec(token) ?? []
    if (file) after[floatFiles[file as keyof typeof floatFiles]].set(Buffer.from(value, 'hex'), Number(at))
    if (word) after[floatWords[word as keyof typeof floatWords]] = Number.parseInt(value, 16)
  }
  return after
}

/** The line with another state after the instruction. */
export function withFloatState(text: string, before: FloatState, after: FloatState): string {
  const others = text.split(' ').filter((token) => !floatChange.test(token))
  return [...others, ...floatChanges(before, after)].join(' ')
}

function endOf({ endedAt, errorCode }: Result): string {
  if (endedAt < 2) return endedAt === 0 ? '-' : '>'
  const vector = endedAt - 0x100
  return `#${vector}${withCode.has(vector) ? `:${errorCode.toString(16)}` : ''}`
}

/** Runs of bytes that differ. */
function changes(name: string, before: Uint8Array, after: Uint8Array): string[] {
  const runs: string[] = []
  for (let at = 0; at < after.length; at++) {
    if (after[at] === before[at]) continue
    let end = at
    while (end < after.length && after[end] !== before[end]) end++
    runs.push(`${name}${at}=${Buffer.from(after.subarray(at, end)).toString('hex')}`)
    at = end
  }
  return runs
}

/** Lines by section. One file holds the code of one width. */
export function readVectors(): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>()
  for (const file of readdirSync(directory).sort()) {
    let lines: string[] = []
    for (const text of readFileSync(directory + file, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)) {
      if (text.startsWith('= ')) {
        lines = []
        sections.set(text.slice(2), lines)
      } else lines.push(text)
    }
  }
  return sections
}

/** What an instruction computes with. */
export type Unit = 'integer' | 'sse' | 'mmx' | 'x87'

/** A file of vectors, and a count on the page of conformance, is of one unit. */
export function unitOf({ facts: { fpu } }: Row): Unit {
  if (!fpu) return 'integer'
  if (fpu === 'sse') return 'sse'
  return fpu === 'mmx' || fpu === 'sse-mmx' ? 'mmx' : 'x87'
}

/** One section's lines. */
export interface Recorded {
  readonly section: Section
  readonly lines: readonly string[]
}

export function writeVectors(header: string, recorded: readonly Recorded[]): void {
  for (const file of readdirSync(directory)) rmSync(directory + file)
  const files = new Map<string, string[]>()
  for (const { section, lines } of recorded) {
    const file = `${unitOf(section.row)}${section.form.bits}.txt`
    const text = files.get(file) ?? [header]
    files.set(file, text)
    text.push(`= ${section.name}`, ...lines)
  }
  for (const [file, text] of files) writeFileSync(directory + file, `${text.join('\n')}\n`)
}
