import type { BootPlan } from '../../src/boot/plan.ts'
import { embeddedEngine } from '../../src/engines/embedded/engine.ts'
import { type OpenMachine, openMachine } from './open-machine.ts'
import { codePlan, kernelPlan, type OpenOptions } from './plans.ts'
import { openPlan } from './qemu/open-kernel.ts'
import { testQemus } from './qemu/test-qemus.ts'

/** One engine, in one version. */
export interface TestEngine {
  readonly name: string
  /** Whether its time is the guest's own, and so the same in every run. */
  readonly isExact: boolean
  openPlan(plan: BootPlan, signal?: AbortSignal): Promise<OpenMachine>
  /** `test/kernels/<name>.asm`, flat 32-bit code at 1 MiB. */
  openKernel(name: string, options?: OpenOptions): Promise<OpenMachine>
  /** The same, as bytes. */
  openCode(code: readonly number[], options?: OpenOptions): Promise<OpenMachine>
}

function testEngine(name: string, isExact: boolean, open: TestEngine['openPlan']): TestEngine {
  return {
    name,
    isExact,
    openPlan: open,
    openKernel: (kernel, options) => open(kernelPlan(kernel, options)),
    openCode: (code, options) => open(codePlan(code, options)),
  }
}

export const embedded = testEngine('embedded', true, (plan, signal) =>
  openMachine(embeddedEngine, plan, signal),
)

/** For `describe.each`: what is tested so holds on every engine. */
export const eachEngine: readonly TestEngine[] = [
  ...testQemus.map((qemu) =>
    testEngine(`QEMU ${qemu.version}`, false, (plan, signal) => openPlan(qemu, plan, signal)),
  ),
  embedded,
]
