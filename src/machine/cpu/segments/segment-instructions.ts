import type { SystemInstructions } from '../system/system-instruction.ts'
import { descriptorQueries } from './descriptor-queries.ts'
import { farCall } from './far-call.ts'
import { farJump } from './far-jump.ts'
import { farReturn } from './far-return.ts'
import { segmentMoves } from './segment-moves.ts'
import { systemRegisters } from './system-registers.ts'

/** Segment registers, far transfers, LDTR and TR, questions about descriptors. */
export const segmentInstructions: readonly SystemInstructions[] = [
  segmentMoves,
  systemRegisters,
  descriptorQueries,
  { JMPF: farJump, CALLF: farCall, RETF: farReturn },
]
