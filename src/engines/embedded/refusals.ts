import type { BootPlan } from '../../boot/plan.ts'
import { KernelTestError } from '../../support/errors.ts'
import { hex } from '../../support/hex.ts'

const mostMemoryMiB = 3072

/** @throws KernelTestError KT3015, KT3017 for a plan that this engine has no machine for. */
export function checkPlan({ machine, cpu, start }: BootPlan): void {
  if (start.kind === 'firmware' && start.firmware === 'uefi') throw cannotBoot('has a BIOS, no UEFI firmware')
  if (machine.cpus > 1) throw cannotBoot(`has one CPU, not ${machine.cpus}`)
  if (cpu.model === 'max') throw cannotBoot('has a processor of the model x86-64-v2, not max')
  if (wantsLinuxMap(start)) {
    throw cannotBoot('does not boot Linux')
  }
  if (machine.memoryMiB > mostMemoryMiB) {
    throw new KernelTestError(
      'KT3017',
      `the embedded engine gives a machine ${mostMemoryMiB} MiB of memory at most, not ${machine.memoryMiB}`,
      'Give the machine less memory (option memory), or use the engine qemu.',
    )
  }
}

function wantsLinuxMap(start: BootPlan['start']): boolean {
  if (start.kind === 'firmware') return false
  return start.memory.some((part) => part.kind === 'memoryMap' && part.format === 'linux')
}

function cannotBoot(why: string): KernelTestError {
  return new KernelTestError('KT3015', `the embedded engine ${why}`, 'Use the engine qemu for this image.')
}

export function hostLacksMemory(memoryMiB: number): KernelTestError {
  return new KernelTestError(
    'KT3017',
    `this host has no room for a machine with ${memoryMiB} MiB of memory`,
    'Give the machine less memory (option memory), or run fewer machines at once.',
  )
}

export function outsideOfMemory(what: string, at: bigint, memoryMiB: number): KernelTestError {
  return new KernelTestError(
    'KT3018',
    `${what} at ${hex(at)} lies outside of the machine's memory of ${memoryMiB} MiB`,
    'Give the machine more memory (option memory), or link the kernel to lower addresses.',
  )
}

export function machineClosed(): KernelTestError {
  return new KernelTestError('KT4012', 'The machine is closed', 'Use it before its test ends.')
}

export function noSuchCpu(cpu: number): KernelTestError {
  return new KernelTestError(
    'KT3012',
    `The machine has one CPU; there is no CPU ${cpu}`,
    'CPUs count from 0; the embedded engine has one.',
  )
}
