import type { SystemInstructions } from '../system/system-instruction.ts'

export const controlInstructions: SystemInstructions = {}
