import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'
import { memoryMapHoleBytes } from './memory-map.ts'
import type { DirectStart, MachineFact, MachineOptions, MemoryMapFormat } from './plan.ts'
import { type RamRange, ramEnd, usableRam } from './ram.ts'

type MemoryPart = DirectStart['memory'][number]

/**
 * Which free memory to take. `low`: from 64 KiB up, the customary place of boot information, else as `first`.
 */
export type Preference = 'low' | 'first' | 'last'

export interface Placing {
  readonly what: string
  readonly size: number
  readonly alignment: number
  readonly prefer: Preference
  /** Exclusive end for the last byte; none when absent. */
  readonly below?: bigint
}

interface Taken extends RamRange {
  readonly what: string
}

/**
 * Clear of the interrupt vectors, the BIOS' data and the usual place of boot sectors and start code for more
 * CPUs.
 */
const bootInformation: RamRange = { start: 0x10000n, end: 0x90000n }

/**
 * The memory of a plan in the making: parts at given addresses and parts that need a place, never two in one.
 */
export class MemoryLayout {
  readonly #ram: readonly RamRange[]
  readonly #memoryMiB: number
  /** Of RAM below 4 GiB, the firmware's included. */
  readonly ramEnd: bigint
  readonly #taken: Taken[] = []
  readonly #parts: MemoryPart[] = []

  constructor(machine: MachineOptions) {
    this.#ram = usableRam(machine)
    this.#memoryMiB = machine.memoryMiB
    this.ramEnd = ramEnd(machine)
  }

  get parts(): readonly MemoryPart[] {
    return this.#parts
  }

  /** Whether a part of this size could stand at `at`. */
  isRam(at: bigint, size: bigint): boolean {
    return this.#ram.some((range) => at >= range.start && at + size <= range.end)
  }

  /**
   * Takes memory at a given address, without writing to it.
   * Throws KT2003 when that is no RAM, KT2005 when something else of the plan is there.
   */
  take(what: string, at: bigint, size: bigint): void {
    const end = at + size
    if (!this.isRam(at, size)) throw this.#notRam(what, at, end)
    const other = this.#taken.find((range) => at < range.end && range.start < end)
    if (other) throw overlap({ what, start: at, end }, other)
    this.#taken.push({ what, start: at, end })
  }

  /** Takes free memory and answers its address. Throws KT2006 when there is none. */
  place(placing: Placing): bigint {
    const at = this.find(placing)
    if (at === null) throw this.noRoom(placing)
    this.take(placing.what, at, BigInt(placing.size))
    return at
  }

  /** KT2006. */
  noRoom({ what, size }: Placing): KernelTestError {
    return new KernelTestError(
      'KT2006',
      `no free memory for the ${what} (${hex(size)} bytes) in ${this.#memoryMiB} MiB`,
      'Give the machine more memory: option memory, --memory on the command line.',
    )
  }

  /** Free memory, or null. */
  find({ size, alignment, prefer, below = 1n << 32n }: Placing): bigint | null {
    const regions = this.#ram.map(({ start, end }) => ({ start, end: end < below ? end : below }))
    const high = regions.slice(1)
    const tried = prefer === 'low' ? [bootInformation, ...high] : high
    for (const region of tried) {
      const at = this.#findIn(region, BigInt(size), BigInt(alignment), prefer === 'last')
      if (at !== null) return at
    }
    return null
  }

  /** Writes `bytes`, then zeros up to `size`, to memory that was taken. */
  write(what: string, at: bigint, bytes: Uint8Array, size = bytes.length): void {
    this.#parts.push({ kind: 'bytes', at, bytes, size, what })
  }

  /** Places `bytes` and writes them. */
  add(what: string, bytes: Uint8Array, alignment: number, prefer: Preference): bigint {
    const at = this.place({ what, size: bytes.length, alignment, prefer })
    this.write(what, at, bytes)
    return at
  }

  /** Leaves a place for the machine's memory map, in memory that was taken. */
  addMap(at: bigint, format: MemoryMapFormat, capacity: number): void {
    this.#parts.push({ kind: 'memoryMap', at, format, capacity })
  }

  /** Places the machine's memory map. */
  placeMap(format: MemoryMapFormat, capacity: number): bigint {
    const size = memoryMapHoleBytes(format, capacity)
    const at = this.place({ what: 'memory map', size, alignment: 8, prefer: 'low' })
    this.addMap(at, format, capacity)
    return at
  }

  /** Leaves a place for a fact of the machine inside what was written. */
  addFact(fact: MachineFact, at: bigint, size: number, plus = 0): void {
    this.#parts.push({ kind: 'fact', at, fact, size, plus })
  }

  #findIn(region: RamRange, size: bigint, alignment: bigint, last: boolean): bigint | null {
    const inside = this.#taken.filter((range) => range.start < region.end && region.start < range.end)
    const starts = [region.start, ...inside.map((range) => range.end)].map((at) => alignUp(at, alignment))
    const beforeEnds = [region.end, ...inside.map((range) => range.start)]
    const candidates = last ? beforeEnds.map((end) => alignDown(end - size, alignment)) : starts
    const free = candidates.filter(
      (at) =>
        at >= region.start &&
        at + size <= region.end &&
        !inside.some((range) => at < range.end && range.start < at + size),
    )
    const better = (one: bigint, other: bigint) => (last ? one > other : one < other)
    return free.reduce<bigint | null>((best, at) => (best === null || better(at, best) ? at : best), null)
  }

  #notRam(what: string, start: bigint, end: bigint): KernelTestError {
    const ranges = this.#ram.map((range) => `${hex(range.start)}-${hex(range.end)}`).join(' and ')
    return new KernelTestError(
      'KT2003',
      `no RAM for ${what} at ${hex(start)}-${hex(end)}: a machine with ${this.#memoryMiB} MiB has it free at ${ranges}`,
      "Link the kernel to load there (AT() or the program header's physical address), or give the machine more memory.",
    )
  }
}

function overlap(one: Taken, other: Taken): KernelTestError {
  const [first, second] = [other, one].map(({ what, start, end }) => `${what} (${hex(start)}-${hex(end)})`)
  return new KernelTestError(
    'KT2005',
    `${second} overlaps ${first}`,
    'Look at the load addresses with `kerneltest inspect` or `readelf -lW`, and at AT() in the linker script.',
  )
}

function alignUp(address: bigint, alignment: bigint): bigint {
  return ((address + alignment - 1n) / alignment) * alignment
}

function alignDown(address: bigint, alignment: bigint): bigint {
  return (address / alignment) * alignment
}
