import type { Buses } from './board.ts'
import type { PortSpace, Ports } from './bus/port-space.ts'
import { describeDrives, describeMachine } from './firmware/bios/cmos-contents.ts'
import { extendedMemoryEnd } from './firmware/tables/memory-map.ts'
import { startVideo } from './firmware/vga-bios/start-video.ts'
import { apicMemory, ports } from './layout.ts'
import type { MachineShape } from './machine-shape.ts'
import type { Drive } from './media/drive.ts'
import type { Chips } from './table-rows.ts'

/** In ACPI mode: no SMI would switch it on. */
const sciEnable = 1

type Writes = readonly (readonly [port: number, value: number])[]

/** What firmware writes to chips, port by port. */
const writes: Writes = [
  // Counter 0 at its slowest: 18.2 times a second.
  ...writesTo(0x43, [0x34]),
  ...writesTo(0x40, [0, 0]),
  // The first DMA controller gets the bus through channel 0 of the second.
  ...writesTo(0xd6, [0xc0]),
  ...writesTo(0xd4, [0]),
  // The floppy controller is out of its reset, at 500 kbit/s.
  ...writesTo(0x3f7, [0]),
  ...writesTo(0x3f2, [0x0c]),
  ...writesTo(0x64, [0x60]),
  ...writesTo(0x60, [0x61]),
  ...writesTo(ports.powerManagement.first + 4, [sciEnable]),
]

/**
 * Interrupts at 08h and 70h, those masked that nobody handles. What chips have asked while they were set up
 * is forgotten.
 */
const interruptControllers: Writes = [
  ...writesTo(0x20, [0x11]),
  ...writesTo(0x21, [0x08, 0x04, 0x01, 0xb8]),
  ...writesTo(0xa0, [0x11]),
  ...writesTo(0xa1, [0x70, 0x02, 0x01, 0x8e]),
  ...writesTo(0x4d1, [0x0c]),
]

/** Virtual wire: LINT0 passes on what the interrupt controllers ask, LINT1 is NMI. */
const apic: readonly (readonly [register: number, value: number])[] = [
  [0xf0, 0x1ff],
  [0x350, 0x8700],
  [0x360, 0x8400],
]

type Configuration = readonly (readonly [
  device: number,
  function_: number,
  at: number,
  size: 1 | 2 | 4,
  value: number,
])[]

const seen = 0x0103
/** RAM has copies of ROM that cannot be written; E8000 to EFFFF is plain RAM. */
const attributeMap = (at: number): Configuration =>
  [0x10, 0x11, 0x11, 0x11, 0x11, 0x11, 0x33].map((value, index) => [0, 0, at + index, 1, value])

const vga = (device: number): Configuration => [
  [device, 0, 0x10, 4, 0xfd00_0000],
  [device, 0, 0x18, 4, 0xfebf_0000],
  [device, 0, 0x30, 4, 0xfebe_0000],
  [device, 0, 0x04, 2, seen],
]

/** PIRQA to PIRQD. */
const routes = (device: number, at: number): Configuration =>
  [10, 10, 11, 11].map((irq, index) => [device, 0, at + index, 1, irq])

/** What firmware writes to configuration spaces. */
const configurations: Readonly<Record<MachineShape, Configuration>> = {
  pc: [
    [0, 0, 0x04, 2, seen],
    ...attributeMap(0x59),
    [1, 0, 0x04, 2, seen],
    ...routes(1, 0x60),
    [1, 1, 0x20, 4, 0xc040],
    [1, 1, 0x40, 4, 0x8000_8000],
    [1, 1, 0x04, 2, seen],
    [1, 3, 0x40, 4, 0x0600],
    [1, 3, 0x80, 1, 1],
    [1, 3, 0x90, 4, 0x0700],
    [1, 3, 0xd2, 1, 0x09],
    [1, 3, 0x3c, 1, 9],
    [1, 3, 0x04, 2, seen],
    ...vga(2),
  ],
  q35: [
    [0, 0, 0x04, 2, seen],
    ...attributeMap(0x90),
    ...vga(1),
    [31, 0, 0x04, 2, seen],
    [31, 0, 0x40, 4, 0x0600],
    [31, 0, 0x44, 1, 0x80],
    ...routes(31, 0x60),
    ...routes(31, 0x68),
    [31, 3, 0x20, 4, 0x0700],
    [31, 3, 0x40, 1, 1],
    [31, 3, 0x04, 2, seen],
  ],
}

/**
 * Leaves chips and CMOS RAM as a BIOS does after its self-test: measured where QEMU's SeaBIOS hands over to
 * a kernel.
 */
export function leaveAsFirmware(
  shape: MachineShape,
  { ports: space, memory }: Buses,
  chips: Pick<Chips, 'rtc' | 'vga'>,
  memoryBytes: number,
): void {
  for (const [register, value] of apic) memory.writeChip(apicMemory.first + register, 4, value)
  for (const [device, number, at, size, value] of configurations[shape]) {
    const address = 0x8000_0000 + ((device << 11) | (number << 8) | (at & 0xfc))
    space.preset(ports.pci.first, address, 4)
    space.preset(ports.pci.first + 4 + (at & 3), value, size)
  }
  space.preset(ports.pci.first, 0, 4)
  for (const [port, value] of writes) space.preset(port, value)
  senseFloppies(space)
  for (const [port, value] of interruptControllers) space.preset(port, value)
  chips.rtc.changeRam((ram) => describeMachine(ram, extendedMemoryEnd(memoryBytes)))
  const quiet: Ports = {
    read: (port, size) => space.inspect(port, size),
    write: (port, size, value) => space.preset(port, value, size),
  }
  startVideo(quiet, chips.vga.planes)
}

/** CMOS RAM tells of drives, and in which order they are tried. */
export function leaveDrives(
  { rtc }: Pick<Chips, 'rtc'>,
  drives: readonly Drive[],
  bootOrder: readonly number[],
): void {
  if (drives.length > 0) rtc.changeRam((ram) => describeDrives(ram, drives, bootOrder))
}

/** After its reset the floppy controller has a status of two bytes for each of four units. */
function senseFloppies(space: PortSpace): void {
  const [senseInterrupt, units, data] = [8, 4, ports.floppy.first + 5]
  for (let unit = 0; unit < units; unit++) {
    space.preset(data, senseInterrupt)
    space.inspect(data)
    space.inspect(data)
  }
}

function writesTo(port: number, values: readonly number[]): Writes {
  return values.map((value) => [port, value] as const)
}
