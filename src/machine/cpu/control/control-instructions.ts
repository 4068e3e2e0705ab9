import type { SystemInstructions } from '../system/system-instruction.ts'
import { accessControlInstructions } from './access-control.ts'
import { controlMoves } from './control-moves.ts'
import { cpuidInstructions } from './cpuid.ts'
import { debugMoves } from './debug-registers.ts'
import { descriptorTableInstructions } from './descriptor-tables.ts'
import { extendedControlInstructions } from './extended-control.ts'
import { extendedSaves } from './extended-saves.ts'
import { fastCallInstructions } from './fast-calls.ts'
import { floatSaves } from './float-saves.ts'
import { modelRegisterInstructions } from './model-registers.ts'
import { randomInstructions } from './random.ts'
import { segmentBaseInstructions } from './segment-bases.ts'
import { timeInstructions } from './time-stamp.ts'
import { translationInstructions } from './translations.ts'
import { waitingInstructions } from './waiting.ts'
import { x87EnvironmentInstructions } from './x87-environment.ts'

/** Instructions that read and change how the processor works, by mnemonic. */
export const controlInstructions: readonly SystemInstructions[] = [
  controlMoves,
  debugMoves,
  modelRegisterInstructions,
  cpuidInstructions,
  timeInstructions,
  randomInstructions,
  fastCallInstructions,
  segmentBaseInstructions,
  translationInstructions,
  waitingInstructions,
  descriptorTableInstructions,
  extendedControlInstructions,
  floatSaves,
  extendedSaves,
  accessControlInstructions,
  x87EnvironmentInstructions,
]
