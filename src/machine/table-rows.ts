import type { Chip, Line } from './bus/chip.ts'
import type { PhysicalMemory, Stretch } from './bus/physical-memory.ts'
import type { PortRange } from './bus/port-space.ts'
import type { Clock } from './clock.ts'
import type { CoprocessorError } from './devices/coprocessor-error.ts'
import type { DebugConsole } from './devices/debug-console.ts'
import type { DebugExit } from './devices/debug-exit.ts'
import type { DmaController } from './devices/dma-controller.ts'
import type { DmaPages } from './devices/dma-pages.ts'
import type { EdgeLevelControl } from './devices/edge-level-control.ts'
import type { FirmwareTrap } from './devices/firmware-trap.ts'
import type { FloppyController } from './devices/floppy-controller.ts'
import type { FloppyTimes } from './devices/floppy-transfer.ts'
import type { FwCfg } from './devices/fw-cfg.ts'
import type { IdeChannel } from './devices/ide-channel.ts'
import type { Keyboard } from './devices/keyboard.ts'
import type { KeyboardController } from './devices/keyboard-controller.ts'
import type { LocalApic } from './devices/local-apic.ts'
import type { Mouse } from './devices/mouse.ts'
import type { OldPowerPort } from './devices/old-power-port.ts'
import type { PciBus, PciSlot } from './devices/pci-bus.ts'
import type { PciFunction, PciIdentity } from './devices/pci-function.ts'
import type { Pic } from './devices/pic.ts'
import type { Pit } from './devices/pit.ts'
import type { PowerManagement } from './devices/power-management.ts'
import type { Pvpanic } from './devices/pvpanic.ts'
import type { ResetControl } from './devices/reset-control.ts'
import type { Rtc } from './devices/rtc.ts'
import type { ShutdownPort } from './devices/shutdown-port.ts'
import type { SmbusHost } from './devices/smbus-host.ts'
import type { SystemControl } from './devices/system-control.ts'
import type { SystemControlB } from './devices/system-control-b.ts'
import type { Uart16550 } from './devices/uart16550.ts'
import type { Vga } from './devices/vga.ts'
import type { BiosCharges } from './firmware/bios/service.ts'

/** The chips of a machine by the name under which their state is saved. */
export interface Chips {
  readonly master: Pic
  readonly slave: Pic
  readonly edgeLevelControl: EdgeLevelControl
  readonly coprocessor: CoprocessorError
  readonly pit: Pit
  readonly systemControlB: SystemControlB
  readonly rtc: Rtc
  readonly power: PowerManagement
  readonly apic: LocalApic
  readonly primaryIde: IdeChannel
  readonly secondaryIde: IdeChannel
  readonly dma: DmaController
  readonly wordDma: DmaController
  readonly dmaPages: DmaPages
  readonly floppy: FloppyController
  readonly smbus: SmbusHost
  readonly fwCfg: FwCfg
  readonly pvpanic: Pvpanic
  readonly oldPowerPort: OldPowerPort
  readonly shutdownPort: ShutdownPort
  readonly debugExit: DebugExit
  readonly debugConsole: DebugConsole
  readonly firmwareTrap: FirmwareTrap
  readonly keyboard: Keyboard
  readonly mouse: Mouse
  readonly keyboardController: KeyboardController
  readonly systemControl: SystemControl
  readonly resetControl: ResetControl
  readonly pciBus: PciBus
  readonly vga: Vga
  readonly com1: Uart16550
  readonly com2: Uart16550
  readonly com3: Uart16550
  readonly com4: Uart16550
}

/** What is outside of the board. */
export interface BoardWiring {
  /** The processor's INTR and NMI, and INIT messages to it. */
  readonly interrupt: Line
  readonly signal: (what: 'nmi' | 'init') => void
  /** What CR8 is from now on. */
  readonly prioritized: (priority: number) => void
  /** A byte that a serial port sent; ports count from 0. */
  readonly serial: (byte: number, port: number) => void
  readonly reset: (by: 'keyboard' | 'cf9' | 'port92') => void
  /** The guest asked for a sleep state, by the number that the ACPI tables would explain. */
  readonly sleep: (type: number) => void
  /** The guest switched the power off by an emulator's own port. */
  readonly powerOff: () => void
  readonly setA20: (open: boolean) => void
  /** The processor's IGNNE#. */
  readonly ignoreNumericErrors: () => void
  /** The guest says that it has panicked; `goesOn`: into a kernel that dumps it. */
  readonly panicked: (goesOn: boolean) => void
  /** The guest ends the run with a value. */
  readonly exit: (value: number) => void
  /** A byte for a debug console. */
  readonly print: (byte: number) => void
  /** Code in ROM calls what of the firmware is not machine code. */
  readonly callFirmware: () => void
}

/** What the user chooses of the machine's devices: ports, and bytes at the first. */
export interface Choices {
  readonly exit: { readonly port: number; readonly size: number } | null
  readonly debugConsole: number | null
}

/** What a chip can be wired to. */
export interface Socket {
  readonly charges: Charges
  readonly clock: Clock
  readonly memory: PhysicalMemory
  readonly outside: BoardWiring
  /** All chips: those of later rows are there once the machine runs. */
  readonly chips: Chips
  /** One more driver of an interrupt request, 0 to 15: those with several are shared. */
  readonly irq: (number: number) => Line
  /** One more driver of the A20 gate, which is open while any says so. */
  readonly a20: () => Line
}

export interface ChipRow<Made extends object = object> {
  readonly make: (socket: Socket) => Made
  /** Of what is a {@link Chip}. Whoever comes first keeps a port. */
  readonly ports?: readonly PortRange[]
  /** Where its registers are in memory, above 1 MiB, until the machine moves them. */
  readonly memory?: Stretch
  /** Ports of a device of the user's choice: it hides what is there. */
  readonly plugged?: (choices: Choices) => readonly PortRange[]
}

/** Interrupt requests, by their numbers, that one controller takes. */
export interface RequestRow {
  readonly first: number
  readonly count: number
  /** The input of the first. */
  readonly input: number
  readonly controller: (chips: Chips) => { setInput(input: number, level: boolean): void }
}

export interface FunctionRow {
  readonly slot: PciSlot
  readonly identity: PciIdentity
  /** What is seen through windows of the function, wherever they are, by their names. */
  readonly windows?: Readonly<Record<string, WindowRow>>
  /** What else follows from the contents of its registers. */
  readonly follow?: (config: PciFunction, socket: Socket) => void
}

export type WindowRow = PortWindowRow | MemoryWindowRow | 'device memory'

interface PortWindowRow {
  readonly chip: (chips: Chips) => Chip
  readonly ports: Omit<PortRange, 'first'>
}

interface MemoryWindowRow {
  readonly chip: (chips: Chips) => Chip
  readonly bytes: number
}

/**
 * What things take besides the unit that does them, in ticks of the clock, about a nanosecond each: so a
 * guest that polls a device sees time pass.
 */
export interface Charges {
  /** An access to a port, where nobody listens too, whose row says nothing else. */
  readonly isa: number
  /** An access to memory where a chip or nothing is. */
  readonly memory: number
  /** A fault or an interrupt. */
  readonly event: number
  readonly pause: number
  readonly bios: BiosCharges
  readonly floppy: FloppyTimes
}

/** A whole PC but for its processor and RAM. */
export interface MachineTable {
  readonly chips: { readonly [Name in keyof Chips]: ChipRow<Chips[Name]> }
  /** Of PCI bus 0. */
  readonly functions: Readonly<Record<string, FunctionRow>>
  /** How requests fan out: each goes to all controllers that have its number. */
  readonly requests: readonly RequestRow[]
  readonly charges: Charges
}
