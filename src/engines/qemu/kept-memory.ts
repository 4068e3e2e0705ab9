import { translate } from '../../observe/page-walk.ts'
import type { Registers } from '../../observe/registers.ts'
import { KernelTestError } from '../../support/errors.ts'
import { hex } from '../../support/hex.ts'
import type { AddressSpaceKind } from '../engine.ts'
import type { KeptMemory } from './shared-memory.ts'

const pageSize = 4096

/**
 * Reads the memory of a machine whose QEMU is gone, linear addresses through the page tables of `registers`.
 * @throws KernelTestError KT3011 when part of the range is not mapped or no RAM.
 */
export function readKeptMemory(
  memory: KeptMemory,
  registers: Registers,
  space: AddressSpaceKind,
  address: bigint,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length; ) {
    const at = address + BigInt(done)
    const inPage = Math.min(length - done, pageSize - Number(at % BigInt(pageSize)))
    const physical = space === 'physical' ? at : physicalOf(memory, registers, at)
    const part = memory.read(physical, inPage)
    if (part === null) throw noMemory(physical)
    bytes.set(part, done)
    done += inPage
  }
  return bytes
}

function physicalOf(memory: KeptMemory, registers: Registers, linear: bigint): bigint {
  const walk = translate(registers, linear)
  let step = walk.next()
  while (!step.done) step = walk.next(memory.read(step.value.physical, step.value.length))
  if (step.value.mapping) return step.value.mapping.physical
  throw new KernelTestError(
    'KT3011',
    `nothing is mapped at linear address ${hex(linear)}`,
    "Look at the guest's page tables at this point (`vm.pageTables`), or read a physical address.",
  )
}

function noMemory(physical: bigint): KernelTestError {
  return new KernelTestError(
    'KT3011',
    `there is no memory at physical address ${hex(physical)}`,
    'Of a machine whose run is over, RAM, video memory and firmware can be read, but no devices.',
  )
}
