import { firmwareTables, type PlacedTable } from '../../../src/machine/firmware/tables/firmware-tables.ts'
import { pciRoutings } from '../../../src/machine/firmware/tables/pci-routing.ts'
import type { MachineShape } from '../../../src/machine/machine-shape.ts'

const mib = 2 ** 20

export function tablesOf(memoryMiB: number, shape: MachineShape = 'pc'): readonly PlacedTable[] {
  const processor = { signature: 0x0106a5, features: 0x0789_fbff }
  const facts = { ramBytes: memoryMiB * mib, localApic: 0xfee0_0000, processor }
  return firmwareTables({ ...facts, routing: pciRoutings[shape] })
}

export function tableOf(memoryMiB: number, name: string, shape?: MachineShape): PlacedTable {
  const found = tablesOf(memoryMiB, shape).find((table) => table.name === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}

export const sum = (bytes: readonly number[]) => bytes.reduce((total, byte) => total + byte, 0) & 0xff
