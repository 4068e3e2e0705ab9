import { type Assembled, assembleProbes, assembleRom } from './assemble.ts'
import { runInBochs } from './bochs.ts'
import { readRecords } from './expected.ts'
import { groups } from './groups.ts'
import { type Probe, type ProbeGroup, usualModel } from './probe.ts'
import { describeRun, type RomRun } from './record.ts'
import { buildRom } from './rom.ts'

/** A probe that can run. */
export interface Prepared {
  readonly group: string
  readonly probe: Probe
  readonly rom: Uint8Array
  /** Offset of what ends its code. */
  readonly end: number
  readonly describe: (run: RomRun) => readonly string[]
}

let shared: Uint8Array | undefined

/** Probes whose `group: name` contains the filter. */
export function prepare(filter = ''): readonly Prepared[] {
  shared ??= assembleRom()
  const common = shared
  return groups.flatMap((group) => {
    const probes = group.probes.filter((probe) => `${group.name}: ${probe.name}`.includes(filter))
    return probes.length === 0
      ? []
      : prepareGroup(common, group).filter(({ probe }) => probes.includes(probe))
  })
}

function prepareGroup(common: Uint8Array, group: ProbeGroup): readonly Prepared[] {
  const assembled = assembleProbes(group.probes)
  return group.probes.map((probe, index) => {
    const code: Assembled = assembled[index] ?? { code: new Uint8Array(), end: 0 }
    return {
      group: group.name,
      probe,
      rom: buildRom(common, probe, code),
      end: code.end,
      describe: (run) => describeRun(run, probe, code.end),
    }
  })
}

/** Runs probes in Bochs, two at a time. */
export async function recordAll(
  probes: readonly Prepared[],
  each: (probe: Prepared, lines: readonly string[], run: RomRun) => void,
): Promise<void> {
  const queue = [...probes]
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [lines, run] = await recordOne(next)
      each(next, lines, run)
    }
  }
  await Promise.all([worker(), worker()])
}

/** A busy host may lose what Bochs says: then it says it again. */
async function recordOne({ rom, probe, describe }: Prepared): Promise<readonly [readonly string[], RomRun]> {
  for (let left = 3; ; left--) {
    const run = await runInBochs(rom, probe.model ?? usualModel)
    const lines = describe(run)
    if (lines.length > 0 || left === 0) return [lines, run]
  }
}

/** What a right machine answers: what Bochs did, or what is right where Bochs is not. */
export function expectedOf({ group, probe }: Prepared): readonly string[] {
  return probe.instead?.expect ?? readRecords(group).get(probe.name) ?? ['never recorded']
}
