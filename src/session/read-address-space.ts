import type { Machine } from '../engines/engine.ts'
import { type AddressSpace, walkAddressSpace } from '../observe/address-space.ts'
import { KernelTestError } from '../support/errors.ts'

/** The page tables of a machine as it stands: an immutable value, which later guest time does not change. */
export async function readAddressSpace(machine: Machine): Promise<AddressSpace> {
  const walk = walkAddressSpace(await machine.registers())
  let step = walk.next()
  while (!step.done) {
    const { physical, length } = step.value
    step = walk.next(await readPhysical(machine, physical, length))
  }
  return step.value
}

/** Null where there is no memory: a table may point anywhere. */
async function readPhysical(machine: Machine, address: bigint, length: number): Promise<Uint8Array | null> {
  try {
    return await machine.read('physical', address, length)
  } catch (error) {
    if (error instanceof KernelTestError && error.code === 'KT3011') return null
    throw error
  }
}
