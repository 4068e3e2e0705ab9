import { readFileSync } from 'node:fs'
import { makePlan } from '../../src/boot/make-plan.ts'
import type { BootPlan, DirectStart } from '../../src/boot/plan.ts'
import type { PlanOptions } from '../../src/boot/plan-options.ts'
import { bytesSource } from '../../src/image/byte-source.ts'
import type { Image } from '../../src/image/image.ts'
import { readImage } from '../../src/image/read.ts'
import { KernelTestError } from '../../src/support/errors.ts'

const defaults: PlanOptions = {
  protocol: null,
  machine: 'pc',
  memoryMiB: null,
  cpus: 1,
  cpu: { model: null, features: {}, seed: null },
  firmware: null,
  commandLine: null,
  modules: [],
  disks: [],
  floppies: [],
  cds: [],
  exitPort: undefined,
  bootOrder: null,
  debugConsole: 0xe9,
  startTime: null,
}

export function planOf(image: Image, options: Partial<PlanOptions> = {}): BootPlan {
  return makePlan(image, { path: 'kernel' }, { ...defaults, ...options })
}

export function planOfFile(path: string, options: Partial<PlanOptions> = {}): BootPlan {
  return planOf(readImage(bytesSource(readFileSync(path)), path), options)
}

export function directStartOf({ start }: BootPlan): DirectStart {
  if (start.kind !== 'direct') throw new Error('the plan leaves the start to a firmware')
  return start
}

export function module(name: string, text: string, commandLine = ''): PlanOptions['modules'][number] {
  return { name, bytes: new TextEncoder().encode(text), commandLine }
}

/** What the user reads when each of these images is booted with these options. */
export function refusals(cases: readonly (readonly [string, Image, Partial<PlanOptions>?])[]): string {
  return cases.map(([name, image, options]) => `${name}\n${refusal(image, options)}\n`).join('\n')
}

function refusal(image: Image, options: Partial<PlanOptions> = {}): string {
  try {
    const { notes } = planOf(image, options).provenance
    return `boots, with notes: ${notes.join('; ')}`
  } catch (error) {
    return error instanceof KernelTestError ? error.message : `crashes: ${error}`
  }
}
