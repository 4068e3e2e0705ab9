import type { MachineOptions } from '../../boot/plan.ts'
import { Machine } from '../../machine/machine.ts'
import { loadCore } from './core-file.ts'
import { hostLacksMemory } from './refusals.ts'

/** Machines that are kept, of different sizes. */
const mostKept = 2
/** Memory of a machine that is not asked: to count takes a part of what a boot does. */
const plainBytes = 128 * 2 ** 20
/** A larger machine that used more memory than this many pages is given back to the host. */
const mostPagesKept = 16_384

const kept: Machine[] = []

/**
 * A machine of this shape with so much memory, as some other left it: for `powerOn`.
 * @throws KernelTestError KT3017 when the host has no room for it.
 */
export async function takeMachine({ shape, memoryMiB }: MachineOptions): Promise<Machine> {
  const bytes = memoryMiB * 2 ** 20
  const index = kept.findIndex(({ cpu, shape: its }) => its === shape && cpu.ram.length === bytes)
  const [warm] = index < 0 ? [] : kept.splice(index, 1)
  if (warm) return warm
  await loadCore()
  try {
    return new Machine({ shape, memoryMiB, exit: null, serial: () => {} })
  } catch (error) {
    if (error instanceof RangeError) throw hostLacksMemory(memoryMiB)
    throw error
  }
}

/** Keeps a machine warm for the next. */
export function keepMachine(machine: Machine): void {
  if (machine.cpu.ram.length > plainBytes && machine.usedPages > mostPagesKept) return
  kept.unshift(machine)
  kept.splice(mostKept)
}
