import { irq, ports } from '../../layout.ts'
import { acpiTable } from './acpi-table.ts'
import { type Bytes, u8, u16, u32, u64, zeros } from './table-fields.ts'

const pm = ports.powerManagement.first
/** Registers of the power management block, by their ACPI names. */
const pm1Event = { at: pm, bytes: 4 } as const
const pm1Control = { at: pm + 4, bytes: 2 } as const
const pmTimer = { at: pm + 8, bytes: 4 } as const
/** A full reset: reset CPU and system reset both set. */
const resetValue = 6

/** WBINVD, PROC_C1, no sleep button, no wake-up by the RTC, RESET_REG_SUP; the timer has 24 bits. */
const flags = 0x0001 | 0x0004 | 0x0020 | 0x0040 | 0x0400
/** Devices on the ISA bus, and an 8042. */
const bootArchitecture = 0x0003
/** Latencies that say there is no such state. */
const noC2 = 101
const noC3 = 1001
const desktop = 1
const centuryIndex = 0x32

/** Sizes of an access, as a generic address writes them. */
const access = { byte: 1, word: 2, dword: 3 } as const
const none = zeros(12)

/** A generic address structure of an I/O port (section 5.2.3.2). */
function port(at: number, bytes: number, size: keyof typeof access): Bytes {
  const systemIo = 1
  return [...u8(systemIo), ...u8(8 * bytes), ...u8(0), ...u8(access[size]), ...u64(at)]
}

/**
 * The fixed ACPI description table (ACPI specification 4.0, section 5.2.9): a machine without SMI, which is
 * in ACPI mode from the start.
 */
export function fadt({ facs, dsdt }: { readonly facs: number; readonly dsdt: number }): Bytes {
  const smiCommand = zeros(8)
  const pointers = [...u32(facs), ...u32(dsdt), ...u8(0), ...u8(desktop)]
  const blocks = [pm1Event.at, 0, pm1Control.at, 0, 0, pmTimer.at, 0, 0].flatMap(u32)
  const lengths = [pm1Event.bytes, pm1Control.bytes, 0, pmTimer.bytes, 0, 0, 0, 0].flatMap(u8)
  const processor = [...u16(noC2), ...u16(noC3), ...zeros(6)]
  const clock = [...u8(0), ...u8(0), ...u8(centuryIndex)]
  const reset = [...port(ports.resetControl.first, 1, 'byte'), ...u8(resetValue), ...zeros(3)]
  const extended = [
    ...u64(0),
    ...u64(dsdt),
    ...port(pm1Event.at, pm1Event.bytes, 'word'),
    ...none,
    ...port(pm1Control.at, pm1Control.bytes, 'word'),
    ...none,
    ...none,
    ...port(pmTimer.at, pmTimer.bytes, 'dword'),
    ...none,
    ...none,
  ]
  return acpiTable('FACP', 4, [
    ...pointers,
    ...u16(irq.power),
    ...smiCommand,
    ...blocks,
    ...lengths,
    ...processor,
    ...clock,
    ...u16(bootArchitecture),
    ...u8(0),
    ...u32(flags),
    ...reset,
    ...extended,
  ])
}
