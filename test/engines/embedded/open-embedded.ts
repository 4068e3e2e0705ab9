import type { BootPlan } from '../../../src/boot/plan.ts'
import { embeddedEngine } from '../../../src/engines/embedded/engine.ts'
import { type OpenMachine, openMachine } from '../open-machine.ts'
import { codePlan, kernelPlan, type OpenOptions } from '../plans.ts'

export function openPlan(plan: BootPlan, signal?: AbortSignal): Promise<OpenMachine> {
  return openMachine(embeddedEngine, plan, signal)
}

/** `test/kernels/<name>.asm`, flat 32-bit code at 1 MiB. */
export function openKernel(name: string, options: OpenOptions = {}): Promise<OpenMachine> {
  return openPlan(kernelPlan(name, options))
}

/** Flat 32-bit code at 1 MiB, as bytes. */
export function openCode(code: readonly number[], options: OpenOptions = {}): Promise<OpenMachine> {
  return openPlan(codePlan(code, options))
}
