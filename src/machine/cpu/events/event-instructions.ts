import type { SystemInstructions } from '../system/system-instruction.ts'

export const eventInstructions: SystemInstructions = {}
