import { Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import type { Row } from '../../src/machine/cpu/table/row.ts'
import { assembleProbes } from './bochs/assemble.ts'
import { readRecords } from './bochs/expected.ts'
import { groups } from './bochs/groups.ts'
import type { ProbeGroup } from './bochs/probe.ts'
import { states } from './bochs/states.ts'
import { sections } from './cases.ts'
import { readVectors } from './vectors.ts'

/** What from outside speaks for a row. */
export interface Evidence {
  /** Recorded on a host CPU, by the width of the code. */
  readonly vectors: Readonly<Record<16 | 32 | 64, number>>
  /** Probes that hold such an instruction, by group. */
  readonly probes: ReadonlyMap<string, number>
}

/** All committed evidence, by the row's number. */
export function readEvidence(rows: readonly Row[]): readonly Evidence[] {
  const vectors = rows.map(() => ({ 16: 0, 32: 0, 64: 0 }))
  const recorded = readVectors()
  for (const { row, form, name } of sections()) {
    const counts = vectors[row.id]
    if (counts) counts[form.bits] += recorded.get(name)?.length ?? 0
  }
  const probes = rows.map(() => new Map<string, number>())
  for (const group of groups) countProbes(group, probes)
  return rows.map((row) => ({
    vectors: vectors[row.id] ?? { 16: 0, 32: 0, 64: 0 },
    probes: probes[row.id] ?? new Map(),
  }))
}

/** Each probe counts once for a row, however often it has the instruction. */
function countProbes(group: ProbeGroup, counts: readonly Map<string, number>[]): void {
  const recorded = readRecords(group.name)
  const probes = group.probes.filter(({ name }) => recorded.has(name))
  for (const [index, { code, end }] of assembleProbes(probes).entries()) {
    const probe = probes[index]
    if (!probe) continue
    for (const id of rowsOf(code.subarray(0, end), states[probe.state].bits)) {
      const count = counts[id]
      count?.set(group.name, (count.get(group.name) ?? 0) + 1)
    }
  }
}

const decoders = { 16: new Decoder(16), 32: new Decoder(32), 64: new Decoder(64) }

/** Straight through the code, as far as it decodes: behind a far jump the width may be another. */
function rowsOf(code: Uint8Array, bits: 16 | 32 | 64): Set<number> {
  const ids = new Set<number>()
  let at = 0
  while (at < code.length) {
    const { verdict, row, length } = decoders[bits].decode(code, at, code.length)
    if (row) ids.add(row.id)
    if (verdict !== 'valid' || row?.mnemonic === 'JMPF') break
    at += length
  }
  return ids
}
