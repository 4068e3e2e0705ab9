import type { DirectStart, MachineOptions } from './plan.ts'
import type { BootModule } from './plan-options.ts'

/** What a protocol without firmware has to work with. */
export interface DirectOptions {
  readonly machine: MachineOptions
  readonly commandLine: string
  readonly modules: readonly BootModule[]
}

/** What it makes of that. Notes tell the user what the protocol left open and kerneltest decided. */
export interface DirectBoot {
  readonly start: DirectStart
  readonly notes: readonly string[]
}

/** The name that we give ourselves where a protocol asks for the boot loader's. */
export const loaderName = 'kerneltest'
