import type { Chip, Line } from './bus/chip.ts'
import type { PhysicalMemory } from './bus/physical-memory.ts'
import type { PortRange } from './bus/port-space.ts'
import type { Clock } from './clock.ts'
import { CoprocessorError } from './devices/coprocessor-error.ts'
import { DmaController } from './devices/dma-controller.ts'
import { DmaPages } from './devices/dma-pages.ts'
import { EdgeLevelControl } from './devices/edge-level-control.ts'
import { FloppyController } from './devices/floppy-controller.ts'
import { FwCfg } from './devices/fw-cfg.ts'
import { i440fxAttributeMap, i440fxHostBridge } from './devices/i440fx.ts'
import { ich9LpcBridge } from './devices/ich9-lpc.ts'
import { ich9Smbus } from './devices/ich9-smbus.ts'
import { IdeChannel } from './devices/ide-channel.ts'
import { Keyboard } from './devices/keyboard.ts'
import { KeyboardController } from './devices/keyboard-controller.ts'
import { LocalApic } from './devices/local-apic.ts'
import { Mouse } from './devices/mouse.ts'
import { OldPowerPort } from './devices/old-power-port.ts'
import { PciBus, type PciSlot } from './devices/pci-bus.ts'
import type { PciFunction, PciIdentity } from './devices/pci-function.ts'
import { Pic } from './devices/pic.ts'
import { piix3Ide, piix3IsaBridge } from './devices/piix3.ts'
import { piix4Power } from './devices/piix4-power.ts'
import { Pit } from './devices/pit.ts'
import { PowerManagement } from './devices/power-management.ts'
import { applyAttributeMap } from './devices/programmable-attribute-map.ts'
import { Pvpanic } from './devices/pvpanic.ts'
import { q35AttributeMap, q35HostBridge } from './devices/q35-host-bridge.ts'
import { ResetControl } from './devices/reset-control.ts'
import { Rtc } from './devices/rtc.ts'
import { ShutdownPort } from './devices/shutdown-port.ts'
import { SmbusHost } from './devices/smbus-host.ts'
import { SystemControl } from './devices/system-control.ts'
import { SystemControlB } from './devices/system-control-b.ts'
import { Uart16550 } from './devices/uart16550.ts'
import { Vga, vbeOffset } from './devices/vga.ts'
import { vgaFunction, vgaRegisterBytes } from './devices/vga-function.ts'
import { VgaRegisterWindow } from './devices/vga-register-window.ts'
import { charges, floppyDmaChannel, irq, ports, usualStartTime } from './layout.ts'
import type { MachineShape } from './machine-shape.ts'

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
}

/** What a chip can be wired to. */
export interface Socket {
  readonly clock: Clock
  readonly memory: PhysicalMemory
  readonly outside: BoardWiring
  /** All chips: those of later rows are there once the machine runs. */
  readonly chips: Chips
  /** One more driver of an input of the interrupt controllers, 0 to 15: those with several are shared. */
  readonly irq: (number: number) => Line
  /** One more driver of the A20 gate, which is open while any says so. */
  readonly a20: () => Line
}

export interface ChipRow<Made extends object = object> {
  readonly make: (socket: Socket) => Made
  /** Of what is a {@link Chip}. Whoever comes first keeps a port. */
  readonly ports?: readonly PortRange[]
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

export interface MachineTable {
  readonly chips: { readonly [Name in keyof Chips]: ChipRow<Chips[Name]> }
  /** Of PCI bus 0. */
  readonly functions: Readonly<Record<string, FunctionRow>>
}

/** Level-triggered requests that the chip set allows: not of timer, keyboard, cascade, clock, coprocessor. */
const levelCapable = { master: 0xf8, slave: 0xde } as const

/** Of channels 0 to 3; those of the second controller are 8 higher. */
const pageRegisters = [7, 3, 1, 2] as const

/** What every PC has at the same places, whatever its chip set is called. */
const chips: Omit<MachineTable['chips'], 'smbus'> = {
  apic: {
    make: ({ clock, chips, outside }) =>
      new LocalApic(clock, {
        interrupt: outside.interrupt,
        nmi: () => outside.signal('nmi'),
        init: () => outside.signal('init'),
        acknowledgeExternal: () => chips.master.acknowledge(),
        prioritized: outside.prioritized,
      }),
  },
  master: {
    make: ({ chips }) =>
      new Pic(
        { set: (level) => chips.apic.setPin(0, level) },
        {
          cascade: { input: irq.cascade, acknowledge: () => chips.slave.acknowledge() },
          levelCapable: levelCapable.master,
        },
      ),
    ports: [ports.masterPic],
  },
  slave: {
    make: ({ chips }) =>
      new Pic(
        { set: (level) => chips.master.setInput(irq.cascade, level) },
        { levelCapable: levelCapable.slave },
      ),
    ports: [ports.slavePic],
  },
  edgeLevelControl: {
    make: ({ chips }) => new EdgeLevelControl([chips.master, chips.slave]),
    ports: [ports.edgeLevelControl],
  },
  coprocessor: {
    make: ({ irq: line, outside }) =>
      new CoprocessorError(line(irq.coprocessor), outside.ignoreNumericErrors),
    ports: [ports.coprocessorError],
  },
  pit: { make: ({ clock, irq: line }) => new Pit(clock, [line(irq.timer), null, null]), ports: [ports.pit] },
  systemControlB: {
    make: ({ clock, chips: { pit } }) =>
      new SystemControlB(clock, {
        setGate: (level) => pit.setGate(2, level),
        output: () => pit.level(2),
      }),
    ports: [ports.systemControlB],
  },
  rtc: {
    make: ({ clock, irq: line }) => new Rtc(clock, { interrupt: line(irq.clock) }, usualStartTime),
    ports: [ports.rtc],
  },
  keyboard: { make: () => new Keyboard() },
  mouse: { make: () => new Mouse() },
  keyboardController: {
    make: ({ chips: { keyboard, mouse }, irq: line, a20, outside }) =>
      new KeyboardController({
        keyboard,
        mouse,
        keyboardInterrupt: line(irq.keyboard),
        mouseInterrupt: line(irq.mouse),
        a20: a20(),
        reset: () => outside.reset('keyboard'),
      }),
    ports: [ports.keyboardController],
  },
  systemControl: {
    make: ({ a20, outside }) => new SystemControl(() => outside.reset('port92'), a20()),
    ports: [ports.systemControl],
  },
  vga: {
    make: ({ clock, memory }) => new Vga(clock, memory),
    ports: [
      ports.vgaMonochrome,
      { ...ports.vga, offset: ports.vga.first - ports.vgaMonochrome.first },
      { ...ports.vbe, width: 2, offset: vbeOffset },
    ],
  },
  com1: serial(0, ports.com1, irq.serialA),
  com2: serial(1, ports.com2, irq.serialB),
  com3: serial(2, ports.com3, irq.serialA),
  com4: serial(3, ports.com4, irq.serialB),
  resetControl: {
    make: ({ outside }) => new ResetControl(() => outside.reset('cf9')),
    ports: [ports.resetControl],
  },
  pciBus: { make: () => new PciBus(), ports: [{ ...ports.pci, width: 4, charge: charges.pci }] },
  dma: {
    make: ({ memory, chips }) =>
      new DmaController(1, {
        memory,
        page: (channel) => chips.dmaPages.peek(pageRegisters[channel] ?? 0),
        getsBus: () => chips.wordDma.passes(0),
      }),
    ports: [ports.dma],
  },
  wordDma: {
    make: ({ memory, chips }) =>
      new DmaController(2, {
        memory,
        page: (channel) => chips.dmaPages.peek(8 + (pageRegisters[channel] ?? 0)),
      }),
    ports: [ports.wordDma],
  },
  dmaPages: { make: () => new DmaPages(), ports: [ports.dmaPages] },
  floppy: {
    make: ({ clock, irq: line, chips }) =>
      new FloppyController(clock, {
        interrupt: line(irq.floppy),
        dma: chips.dma.line(floppyDmaChannel),
      }),
    ports: [ports.floppy, { ...ports.floppyInput, offset: ports.floppyInput.first - ports.floppy.first }],
  },
  fwCfg: { make: () => new FwCfg(), ports: [{ ...ports.fwCfg, width: 2 }] },
  shutdownPort: {
    make: ({ outside }) => new ShutdownPort(outside.powerOff),
    ports: [ports.shutdown],
  },
  pvpanic: { make: ({ outside }) => new Pvpanic(outside.panicked), ports: [ports.pvpanic] },
  oldPowerPort: {
    make: ({ outside }) => new OldPowerPort(outside.powerOff),
    ports: [{ ...ports.oldPower, width: 2 }],
  },
  primaryIde: { make: ({ irq: line }) => new IdeChannel(line(irq.primaryIde)) },
  secondaryIde: { make: ({ irq: line }) => new IdeChannel(line(irq.secondaryIde)) },
  power: {
    make: ({ clock, irq: line, outside }) =>
      new PowerManagement(clock, { interrupt: line(irq.power), sleep: outside.sleep }),
  },
}

function serial(index: number, range: PortRange, request: number): ChipRow<Uart16550> {
  return {
    make: ({ irq: line, outside }) => new Uart16550((byte) => outside.serial(byte, index), line(request)),
    ports: [range],
  }
}

/** The PM1 registers and the PM timer, where a function of the chip set puts them. */
const powerWindow: WindowRow = {
  chip: ({ power }) => power,
  ports: { count: 64, width: 4, charge: charges.pci },
}

const smbusWindow: WindowRow = { chip: ({ smbus }) => smbus, ports: { count: 16, charge: charges.pci } }

/** Offset 8 of a channel is its control block. */
const ideControl = { count: 1, offset: 8, charge: charges.pci } as const
const ideCommand = { count: 8, width: 4, charge: charges.pci } as const

const vga: Omit<FunctionRow, 'slot'> = {
  identity: vgaFunction,
  windows: {
    bar0: 'device memory',
    bar2: { chip: ({ vga: chip }) => new VgaRegisterWindow(chip), bytes: vgaRegisterBytes },
  },
}

/** An 82441FX and an 82371SB, the latter with the power management of its successor, as QEMU's `pc`. */
const pc: MachineTable = {
  chips: { ...chips, smbus: { make: () => new SmbusHost(false) } },
  functions: {
    hostBridge: {
      slot: { device: 0, function: 0 },
      identity: i440fxHostBridge,
      follow: (config, { memory }) =>
        applyAttributeMap(memory, (index) => config.read(i440fxAttributeMap + index, 1)),
    },
    isaBridge: { slot: { device: 1, function: 0 }, identity: piix3IsaBridge },
    ide: {
      slot: { device: 1, function: 1 },
      identity: piix3Ide,
      windows: {
        primaryCommand: { chip: ({ primaryIde }) => primaryIde, ports: ideCommand },
        primaryControl: { chip: ({ primaryIde }) => primaryIde, ports: ideControl },
        secondaryCommand: { chip: ({ secondaryIde }) => secondaryIde, ports: ideCommand },
        secondaryControl: { chip: ({ secondaryIde }) => secondaryIde, ports: ideControl },
      },
    },
    powerFunction: {
      slot: { device: 1, function: 3 },
      identity: piix4Power,
      windows: { power: powerWindow, smbus: smbusWindow },
    },
    vga: { slot: { device: 2, function: 0 }, ...vga },
  },
}

/** A Q35 and an ICH9. It has no IDE at the historical ports; its AHCI comes later. */
const q35: MachineTable = {
  chips: { ...chips, smbus: { make: () => new SmbusHost(true) } },
  functions: {
    hostBridge: {
      slot: { device: 0, function: 0 },
      identity: q35HostBridge,
      follow: (config, { memory }) =>
        applyAttributeMap(memory, (index) => config.read(q35AttributeMap + index, 1)),
    },
    vga: { slot: { device: 1, function: 0 }, ...vga },
    lpcBridge: {
      slot: { device: 31, function: 0 },
      identity: ich9LpcBridge,
      windows: { power: powerWindow },
    },
    smbus: { slot: { device: 31, function: 3 }, identity: ich9Smbus, windows: { bar4: smbusWindow } },
  },
}

export const machineTables: Readonly<Record<MachineShape, MachineTable>> = { pc, q35 }
