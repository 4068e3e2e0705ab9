import type { ProbeGroup } from './probe.ts'
import { farTransfers } from './probes/far-transfers.ts'
import { gates } from './probes/gates.ts'
import { listed } from './probes/listed.ts'
import { segmentLoads } from './probes/segment-loads.ts'

/** All probes, a file for each group. */
export const groups: readonly ProbeGroup[] = [listed, gates, segmentLoads, farTransfers]
