import type { PortRange } from './bus/port-space.ts'
import { CoprocessorError } from './devices/coprocessor-error.ts'
import { DebugConsole } from './devices/debug-console.ts'
import { DebugExit } from './devices/debug-exit.ts'
import { DmaController } from './devices/dma-controller.ts'
import { DmaPages } from './devices/dma-pages.ts'
import { EdgeLevelControl } from './devices/edge-level-control.ts'
import { FirmwareTrap } from './devices/firmware-trap.ts'
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
import { PciBus } from './devices/pci-bus.ts'
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
import { apicMemory, floppyDmaChannel, irq, ports, usualStartTime } from './layout.ts'
import type { MachineShape } from './machine-shape.ts'
import type { Charges, ChipRow, FunctionRow, MachineTable, RequestRow, WindowRow } from './table-rows.ts'

/** Level-triggered requests that the chip set allows: not of timer, keyboard, cascade, clock, coprocessor. */
const levelCapable = { master: 0xf8, slave: 0xde } as const

/** Of channels 0 to 3; those of the second controller are 8 higher. */
const pageRegisters = [7, 3, 1, 2] as const

/** What a chip of the chip set itself takes instead of the ISA bus's time. */
const pciCharge = 250

/**
 * An access on the ISA bus takes a microsecond, one to a chip's memory a tenth of it. A fault or an interrupt
 * takes a microsecond, as on processors of this age: a guest that does nothing else gets to its limit. PAUSE
 * takes 140 cycles of the time stamp counter from Skylake on, where it took about 10 before (Intel 64 and
 * IA-32 Architectures Optimization Reference Manual, Pause Latency in Skylake Client Microarchitecture); the
 * processor here claims to be one of those (cpu/control/model.ts).
 *
 * The BIOS transfers at 50 MB/s, and a menu that does nothing else does not look for a key oftener than 4,000
 * times a second. A floppy drive's head steps in 3 ms, and the next sector is there in 11 ms: a tenth of it
 * and less lets a guest that polls read a disk within a second or two.
 */
const charges: Charges = {
  isa: 1000,
  memory: 100,
  event: 1000,
  pause: 140,
  bios: { call: 2000, seek: 100_000, byte: 20, idleLook: 250_000 },
  floppy: { step: 100_000, sector: 500_000 },
}

/** The two 8259A. An I/O APIC, that comes later, has request 0 as its input 2. */
const requests: readonly RequestRow[] = [
  { first: 0, count: 8, input: 0, controller: ({ master }) => master },
  { first: 8, count: 8, input: 0, controller: ({ slave }) => slave },
]

/** Where firmware prints that has a debug console, beside the user's: SeaBIOS and OVMF. */
const firmwareConsole = 0x402

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
    memory: apicMemory,
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
  /** Its window, from A0000h on, is RAM or the chip as its registers say: see vga-window.ts. */
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
  pciBus: { make: () => new PciBus(), ports: [{ ...ports.pci, width: 4, charge: pciCharge }] },
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
    make: ({ clock, irq: line, chips, charges: { floppy } }) =>
      new FloppyController(clock, {
        times: floppy,
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
  firmwareTrap: {
    make: ({ outside }) => new FirmwareTrap(outside.callFirmware),
    ports: [ports.firmwareTrap],
  },
  debugExit: {
    make: ({ outside }) => new DebugExit(outside.exit),
    plugged: ({ exit }) => (exit ? [{ first: exit.port, count: exit.size, width: exit.size }] : []),
  },
  debugConsole: {
    make: ({ outside }) => new DebugConsole(outside.print),
    plugged: ({ debugConsole: first }) =>
      first === null ? [] : [first, firmwareConsole].map((port) => ({ first: port, count: 1 })),
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
  ports: { count: 64, width: 4, charge: pciCharge },
}

const smbusWindow: WindowRow = { chip: ({ smbus }) => smbus, ports: { count: 16, charge: pciCharge } }

/** Offset 8 of a channel is its control block. */
const ideControl = { count: 1, offset: 8, charge: pciCharge } as const
const ideCommand = { count: 8, width: 4, charge: pciCharge } as const

const vga: Omit<FunctionRow, 'slot'> = {
  identity: vgaFunction,
  windows: {
    bar0: 'device memory',
    bar2: { chip: ({ vga: chip }) => new VgaRegisterWindow(chip), bytes: vgaRegisterBytes },
  },
}

/** An 82441FX and an 82371SB, the latter with the power management of its successor, as QEMU's `pc`. */
const pc: MachineTable = {
  charges,
  requests,
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
  charges,
  requests,
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
