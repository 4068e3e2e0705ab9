import { controlInstructions } from './control/control-instructions.ts'
import { definedOnce } from './defined-once.ts'
import { eventInstructions } from './events/event-instructions.ts'
import { segmentInstructions } from './segments/segment-instructions.ts'
import { enterInstructions } from './system/enter.ts'
import type { SystemInstruction } from './system/system-instruction.ts'

/** What TypeScript does, by `instructionName`; all else is in `semantics/`. */
export const systemInstructions: ReadonlyMap<string, SystemInstruction> = definedOnce([
  ...controlInstructions,
  ...eventInstructions,
  ...segmentInstructions,
  enterInstructions,
])
