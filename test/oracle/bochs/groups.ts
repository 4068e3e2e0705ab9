import type { ProbeGroup } from './probe.ts'
import { control } from './probes/control.ts'
import { debug } from './probes/debug.ts'
import { debugDetails } from './probes/debug-details.ts'
import { descriptorQueries } from './probes/descriptor-queries.ts'
import { formFaults, forms } from './probes/every-form.ts'
import { extendedSaves } from './probes/extended-saves.ts'
import { external } from './probes/external.ts'
import { farTransfers } from './probes/far-transfers.ts'
import { fastCalls } from './probes/fast-calls.ts'
import { faults } from './probes/faults.ts'
import { features } from './probes/features.ts'
import { floatSaves } from './probes/float-saves.ts'
import { floatUnits } from './probes/float-units.ts'
import { gates } from './probes/gates.ts'
import { limits } from './probes/limits.ts'
import { listed } from './probes/listed.ts'
import { packed } from './probes/packed.ts'
import { pageMore } from './probes/page-more.ts'
import { pageRights, pageTables } from './probes/page-tables.ts'
import { paragraphs } from './probes/paragraphs.ts'
import { privileged } from './probes/privileged.ts'
import { processor } from './probes/processor.ts'
import { returns } from './probes/returns.ts'
import { segmentLoads } from './probes/segment-loads.ts'
import { taskDetails } from './probes/task-details.ts'
import { tasks } from './probes/tasks.ts'
import { transcendental } from './probes/transcendental.ts'
import { undefinedResults } from './probes/undefined.ts'
import { vectorMoves } from './probes/vector-moves.ts'
import { virtualModes } from './probes/virtual-modes.ts'
import { x87Probes } from './probes/x87.ts'

/** All probes, a file for each group. */
export const groups: readonly ProbeGroup[] = [
  listed,
  gates,
  segmentLoads,
  farTransfers,
  descriptorQueries,
  paragraphs,
  returns,
  control,
  fastCalls,
  processor,
  pageRights,
  pageTables,
  pageMore,
  tasks,
  taskDetails,
  faults,
  privileged,
  limits,
  debug,
  debugDetails,
  virtualModes,
  undefinedResults,
  external,
  features,
  floatSaves,
  extendedSaves,
  packed,
  floatUnits,
  vectorMoves,
  x87Probes,
  transcendental,
  forms,
  formFaults,
]
