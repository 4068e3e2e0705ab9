import type { ProbeGroup } from './probe.ts'
import { gates } from './probes/gates.ts'
import { listed } from './probes/listed.ts'

/** All probes, a file for each group. */
export const groups: readonly ProbeGroup[] = [listed, gates]
