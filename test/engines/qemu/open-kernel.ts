import type { BootPlan } from '../../../src/boot/plan.ts'
import { qemuEngine } from '../../../src/engines/qemu/engine.ts'
import type { Qemu } from '../../../src/engines/qemu/find-qemu.ts'
import { type OpenMachine, openMachine } from '../open-machine.ts'
import { kernelPlan, type OpenOptions } from '../plans.ts'

/** Opens `test/kernels/<name>.asm`, flat 32-bit code at 1 MiB, in the given QEMU. */
export function openKernel(qemu: Qemu, name: string, options: OpenOptions = {}): Promise<OpenMachine> {
  return openPlan(qemu, kernelPlan(name, options))
}

export function openPlan(qemu: Qemu, plan: BootPlan, signal?: AbortSignal): Promise<OpenMachine> {
  return withQemu(qemu, () => openMachine(qemuEngine, plan, signal))
}

/** The engine looks for its QEMU before its first pause. */
export function withQemu<T>(qemu: Qemu, action: () => T): T {
  const { KERNELTEST_QEMU } = process.env
  process.env['KERNELTEST_QEMU'] = qemu.path
  try {
    return action()
  } finally {
    if (KERNELTEST_QEMU === undefined) delete process.env['KERNELTEST_QEMU']
    else process.env['KERNELTEST_QEMU'] = KERNELTEST_QEMU
  }
}
