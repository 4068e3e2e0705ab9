import type { PortSpace } from './bus/port-space.ts'
import { extendedMemoryEnd } from './firmware/tables/memory-map.ts'
import { ports } from './layout.ts'

/** Kibibytes below 1 MiB, the BIOS data area's last one included. */
const baseKiB = 640
const kiBBelow = { first: 1024, second: 16 * 1024 } as const
/** In ACPI mode: no SMI would switch it on. */
const sciEnable = 1

/**
 * What firmware writes to chips, port by port: interrupts at 08h and 70h with those masked that nobody
 * handles.
 */
const writes: readonly (readonly [port: number, value: number])[] = [
  // Counter 0 at its slowest: 18.2 times a second.
  ...writesTo(0x43, [0x34]),
  ...writesTo(0x40, [0, 0]),
  ...writesTo(0x20, [0x11]),
  ...writesTo(0x21, [0x08, 0x04, 0x01, 0xb8]),
  ...writesTo(0xa0, [0x11]),
  ...writesTo(0xa1, [0x70, 0x02, 0x01, 0x8e]),
  ...writesTo(0x4d1, [0x0c]),
  ...writesTo(0x64, [0x60]),
  ...writesTo(0x60, [0x61]),
  ...writesTo(ports.powerManagement.first + 4, [sciEnable]),
]

/**
 * Leaves chips and CMOS RAM as a BIOS does after its self-test: measured where QEMU's SeaBIOS hands over to
 * a kernel.
 */
export function leaveAsFirmware(space: PortSpace, memoryBytes: number): void {
  for (const [port, value] of writes) space.preset(port, value)
  for (const [index, value] of cmos(memoryBytes)) {
    space.preset(0x70, index)
    space.preset(0x71, value)
  }
}

/**
 * Equipment and sizes of memory that is the guest's, as the memory map has it: in KiB above 1 MiB, in 64 KiB
 * above 16 MiB.
 */
function cmos(memoryBytes: number): readonly (readonly [index: number, value: number])[] {
  const kiB = extendedMemoryEnd(memoryBytes) / 1024
  const extended = Math.min(kiB - kiBBelow.first, 63 * 1024)
  const blocks = Math.max(kiB - kiBBelow.second, 0) / 64
  return [
    [0x14, 0x06],
    ...word(0x15, baseKiB),
    ...word(0x17, extended),
    ...word(0x30, extended),
    ...word(0x34, blocks),
    [0x32, 0x20],
  ]
}

function word(index: number, value: number): readonly (readonly [number, number])[] {
  return [
    [index, value & 0xff],
    [index + 1, value >> 8],
  ]
}

function writesTo(port: number, values: readonly number[]): readonly (readonly [number, number])[] {
  return values.map((value) => [port, value] as const)
}
