import type { Bits } from '../../src/machine/cpu/decode/decoder.ts'
import type { Row } from '../../src/machine/cpu/table/row.ts'
import { executedIn } from './bochs/executed.ts'
import { readRecords } from './bochs/expected.ts'
import { prepare } from './bochs/suite.ts'
import { sections } from './cases.ts'
import { readVectors } from './vectors.ts'

/** What from outside speaks for a row. */
export interface Evidence {
  /** Recorded on a host CPU, by the width of the code. */
  readonly vectors: Readonly<Record<Bits, number>>
  /** Probes that came to such an instruction, by group; each counts once. */
  readonly probes: ReadonlyMap<string, number>
  /** How instructions looked that were completed in probes, as `situationOf` says it. */
  readonly situations: ReadonlySet<string>
  /** Vectors of the exceptions that such instructions raised, in probes and on the host. */
  readonly exceptions: ReadonlySet<number>
}

/** Width of the code, bytes of the operand size, memory or registers. */
export function situationOf(bits: Bits, bytes: number, isMemory: boolean): string {
  return `${bits}-bit code, size ${bytes}${isMemory ? ', memory' : ''}`
}

/** All committed evidence, by the row's number. */
export function readEvidence(rows: readonly Row[]): readonly Evidence[] {
  const all = rows.map(() => ({
    vectors: { 16: 0, 32: 0, 64: 0 },
    probes: new Map<string, number>(),
    situations: new Set<string>(),
    exceptions: new Set<number>(),
  }))
  const recorded = readVectors()
  for (const { row, form, name } of sections()) {
    const evidence = all[row.id]
    const lines = recorded.get(name) ?? []
    if (!evidence) continue
    evidence.vectors[form.bits] += lines.length
    for (const line of lines) {
      const vector = /^\S+ #(\d+)/.exec(line)?.[1]
      if (vector) evidence.exceptions.add(Number(vector))
    }
  }
  for (const prepared of prepare()) {
    if (!readRecords(prepared.group).has(prepared.probe.name)) continue
    const counted = new Set<number>()
    for (const { row, bits, operandBytes, isMemory, isDone, vector } of executedIn(prepared)) {
      const evidence = all[row.id]
      if (!evidence) continue
      if (isDone) evidence.situations.add(situationOf(bits, operandBytes, isMemory))
      if (vector !== null) evidence.exceptions.add(vector)
      if (counted.has(row.id)) continue
      counted.add(row.id)
      evidence.probes.set(prepared.group, (evidence.probes.get(prepared.group) ?? 0) + 1)
    }
  }
  return all
}
