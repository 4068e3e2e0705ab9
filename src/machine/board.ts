import type { Chip } from './bus/chip.ts'
import type { MemoryWindow, PhysicalMemory } from './bus/physical-memory.ts'
import { PlacedWindow } from './bus/placed-window.ts'
import type { PortRange, PortSpace, PortWindow } from './bus/port-space.ts'
import { SharedLine } from './bus/shared-line.ts'
import type { Clock } from './clock.ts'
import { PciFunction } from './devices/pci-function.ts'
import type { MachineShape } from './machine-shape.ts'
import { machineTables } from './machine-table.ts'
import type {
  BoardWiring,
  ChipRow,
  Chips,
  Choices,
  FunctionRow,
  MachineTable,
  Socket,
  WindowRow,
} from './table-rows.ts'

export interface Buses {
  readonly ports: PortSpace
  readonly memory: PhysicalMemory
}

const interruptRequests = 16
const apicEnable = 0x800n
const pageMask = 0xfffn

/**
 * A PC without its processor: the chips of a machine's table, at their places and wired up, as after
 * power-on.
 */
export class Board {
  readonly chips: Chips
  readonly #buses: Buses
  readonly #socket: Socket
  readonly #table: MachineTable
  /** Of chips with registers in memory, by their names. */
  readonly #placed = new Map<string, MemoryWindow>()
  /** Those that the user puts somewhere. */
  readonly #choosable: Choosable[] = []
  /** Everything with a state, by the name under which it is saved. */
  readonly #parts = new Map<string, SavedPart>()

  constructor(shape: MachineShape, buses: Buses, clock: Clock, outside: BoardWiring) {
    const table = machineTables[shape]
    const { charges } = table
    const chips: Partial<Record<keyof Chips, unknown>> = {}
    this.chips = chips as Chips
    this.#buses = buses
    this.#table = table
    const lines = Array.from({ length: interruptRequests }, (_, number) => this.#interruptLine(number))
    const irq = (number: number) => (lines[number] ?? this.#interruptLine(number)).driver()
    // SMSC LPC47B27x, port 92h: its bit is ORed with the keyboard controller's line.
    const gate = new SharedLine({ set: outside.setA20 })
    const a20 = () => gate.driver()
    this.#socket = { charges, clock, memory: buses.memory, outside, chips: this.chips, irq, a20 }
    for (const name of Object.keys(table.chips) as (keyof Chips)[]) {
      chips[name] = this.#place(name, table.chips[name])
    }
    for (const [name, row] of Object.entries(table.functions)) this.#plug(name, row)
    for (const [number, line] of lines.entries()) this.#parts.set(`irq${number}`, line)
    this.#parts.set('a20', gate)
  }

  /** The interrupt acknowledge cycles of the processor: answers the vector. */
  acknowledge(): number {
    return this.chips.apic.acknowledge()
  }

  /** What IA32_APIC_BASE says: where the local APIC is, and whether it takes part. */
  placeApic(register: bigint): void {
    const isThere = (register & apicEnable) !== 0n
    this.chips.apic.setPart(isThere)
    this.#placed.get('apic')?.place(isThere ? Number(register & ~pageMask) : null)
  }

  /** Puts devices of the user's choice where the user wants them, in place of those before. */
  plug(choices: Choices): void {
    this.#buses.ports.unplugAll()
    for (const { chip, ports } of this.#choosable) {
      for (const range of ports(choices)) this.#buses.ports.plug(range, chip)
    }
  }

  /** Chips, functions and lines with a state. */
  get parts(): ReadonlyMap<string, SavedPart> {
    return this.#parts
  }

  /** The state of all chips, timers of the clock apart. */
  save(): SavedBoard {
    return Object.fromEntries([...this.#parts].map(([name, part]) => [name, part.save()]))
  }

  load(saved: SavedBoard): void {
    for (const [name, part] of this.#parts) part.load(saved[name])
  }

  #interruptLine(number: number): SharedLine {
    const takers = this.#table.requests.filter(
      ({ first, count }) => number >= first && number < first + count,
    )
    const set = (level: boolean) => {
      for (const { first, input, controller } of takers) {
        controller(this.chips).setInput(input + number - first, level)
      }
    }
    return new SharedLine({ set })
  }

  #place(name: string, { make, ports = [], memory, plugged }: ChipRow): object {
    const chip = make(this.#socket)
    for (const range of ports) this.#buses.ports.attach(range, chip as Chip)
    if (memory) {
      const window = new PlacedWindow(this.#buses.memory.window(memory.count, chip as Chip))
      window.place(memory.first)
      this.#placed.set(name, window)
      this.#parts.set(`${name}.window`, window)
    }
    if (plugged) this.#choosable.push({ chip: chip as Chip, ports: plugged })
    if (isSaved(chip)) this.#parts.set(name, chip)
    return chip
  }

  #window(row: WindowRow): PortWindow | MemoryWindow {
    const { ports, memory } = this.#buses
    if (row === 'device memory') return memory.deviceWindow()
    const chip = row.chip(this.chips)
    return 'ports' in row ? ports.window(row.ports, chip) : memory.window(row.bytes, chip)
  }

  #plug(name: string, { slot, identity, windows = {}, follow }: FunctionRow): void {
    const config = new PciFunction(identity)
    const places = Object.entries(windows).map(([window, row]) => [window, this.#window(row)] as const)
    config.onChange = () => {
      const seen = new Map(config.windows.map(({ name: window, base }) => [window, base]))
      for (const [window, place] of places) place.place(seen.get(window) ?? null)
      follow?.(config, this.#socket)
    }
    config.onChange()
    this.chips.pciBus.attach(slot, config)
    this.#parts.set(`pci.${name}`, config)
  }
}

interface Choosable {
  readonly chip: Chip
  readonly ports: (choices: Choices) => readonly PortRange[]
}

interface SavedPart {
  save(): unknown
  load(state: unknown): void
}

function isSaved(chip: object): chip is SavedPart {
  return 'save' in chip
}

/** Of each chip what it saves, by the chip's name. */
export type SavedBoard = Readonly<Record<string, unknown>>
