import { firmwareTables, type PlacedTable } from '../../../src/machine/firmware/tables/firmware-tables.ts'

const mib = 2 ** 20

export function tablesOf(memoryMiB: number): readonly PlacedTable[] {
  const processor = { signature: 0x0106a5, features: 0x0789_fbff }
  return firmwareTables({ ramBytes: memoryMiB * mib, localApic: 0xfee0_0000, processor })
}

export function tableOf(memoryMiB: number, name: string): PlacedTable {
  const found = tablesOf(memoryMiB).find((table) => table.name === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}

export const sum = (bytes: readonly number[]) => bytes.reduce((total, byte) => total + byte, 0) & 0xff
