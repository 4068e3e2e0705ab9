import type { MachineOptions } from './plan.ts'

/** `[start, end)` of physical memory. */
export interface RamRange {
  readonly start: bigint
  readonly end: bigint
}

const mib = 1n << 20n
const gib = 1n << 30n

/** Where the BIOS' extended data area begins, below 640 KiB. */
const lowRamEnd = 0x9fc00n
/**
 * What the firmware uses at the end of RAM below 4 GiB, for tables that stay and for its own work until the
 * kernel starts. SeaBIOS keeps 16 MiB for tables where there is more than 32 MiB, and works right below them.
 */
function firmwareBytes(ramEnd: bigint): bigint {
  return ramEnd > 32n * mib ? 17n * mib : mib
}

/**
 * Where RAM below 4 GiB ends, which is the board's choice (as QEMU's i440FX and Q35 machines have it): at 3
 * GiB on `pc` with 3.5 GiB or more, at 2 GiB on `q35` with 2.75 GiB or more.
 */
export function ramEnd({ shape, memoryMiB }: MachineOptions): bigint {
  const memory = BigInt(memoryMiB) * mib
  const [splitFrom, splitAt] = shape === 'pc' ? [(7n * gib) / 2n, 3n * gib] : [(11n * gib) / 4n, 2n * gib]
  return memory >= splitFrom ? splitAt : memory
}

/** RAM below 4 GiB that a plan may write to: what is neither a device's nor the firmware's. */
export function usableRam(machine: MachineOptions): readonly RamRange[] {
  const end = ramEnd(machine)
  const high = { start: mib, end: end - firmwareBytes(end) }
  return [{ start: 0n, end: lowRamEnd }, ...(high.start < high.end ? [high] : [])]
}
