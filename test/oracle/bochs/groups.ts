import type { ProbeGroup } from './probe.ts'
import { control } from './probes/control.ts'
import { farTransfers } from './probes/far-transfers.ts'
import { gates } from './probes/gates.ts'
import { listed } from './probes/listed.ts'
import { pageMore } from './probes/page-more.ts'
import { pageRights, pageTables } from './probes/page-tables.ts'
import { returns } from './probes/returns.ts'
import { segmentLoads } from './probes/segment-loads.ts'
import { tasks } from './probes/tasks.ts'
import { undefinedResults } from './probes/undefined.ts'

/** All probes, a file for each group. */
export const groups: readonly ProbeGroup[] = [
  listed,
  gates,
  segmentLoads,
  farTransfers,
  returns,
  control,
  pageRights,
  pageTables,
  pageMore,
  tasks,
  undefinedResults,
]
