import type { Drive } from '../../media/drive.ts'
import { saveRom, romSegment as videoSegment } from '../vga-bios/rom-map.ts'
import { vgaRom } from '../vga-bios/vga-rom.ts'
import { biosRom } from './bios-rom.ts'
import { dataAreaOf, ebda } from './data-area.ts'
import { floppyBits } from './disk-emulation.ts'
import { fixedDiskTable, fixedDiskTables, tabledDisks } from './fixed-disk-tables.ts'
import { usualRepeatRate } from './int16-repeat-rate.ts'
import { bytesOf, numberAt } from './little-endian.ts'
import type { LinearMemory } from './processor-port.ts'
import { interruptVectors } from './vectors.ts'

/** Contents of RAM from `at` on. */
export interface MemoryPart {
  readonly at: number
  readonly bytes: Uint8Array
  readonly size: number
}

const serialPorts = [0x3f8, 0x2f8, 0x3e8, 0x2e8] as const
/** A coprocessor, a mouse, a colour screen of 80 columns; the rest depends. */
const plainEquipment = 0x0026
const keyBuffer = { start: 0x1e, end: 0x3e } as const
const extendedKeyboard = 0x10
const baseKiB = ebda.at / 1024
const lowBytes = 0x500
const timerHz = 14_318_180 / 12

const roms: readonly MemoryPart[] = [biosRom, vgaRom].map(({ at, bytes }) => ({
  at,
  bytes,
  size: bytes.length,
}))

/** By what depends on the machine: the same for one guest after the other. */
const made = new Map<string, readonly MemoryPart[]>()

/** What POST leaves in memory: interrupt vectors, BIOS data areas, ROM. */
export function powerOnMemory(drives: readonly Drive[], secondOfDay: number): readonly MemoryPart[] {
  const count = (kind: Drive['kind']) => drives.filter((drive) => drive.kind === kind).length
  const [floppies, disks] = [count('floppy'), count('disk')]
  // Timer interrupts since midnight, 65,536 counts of the timer each.
  const ticks = Math.floor((secondOfDay * timerHz) / 2 ** 16)
  const tables = tabledDisks(drives).map(fixedDiskTable)
  const key = `${floppies} ${disks} ${ticks} ${tables.join(' ')}`
  const known = made.get(key)
  if (known) return known
  const parts = makeMemory({ floppies, disks, ticks, tables })
  made.set(key, parts)
  return parts
}

/** What depends on the machine. */
interface Facts {
  readonly floppies: number
  readonly disks: number
  /** Of the timer, since midnight. */
  readonly ticks: number
  /** Of the first two hard disks. */
  readonly tables: readonly Uint8Array[]
}

function makeMemory({ floppies, disks, ticks, tables }: Facts): readonly MemoryPart[] {
  const low = new Uint8Array(lowBytes)
  const high = new Uint8Array(ebda.bytes)
  low.set(interruptVectors())
  const placeOf = (linear: number) =>
    linear < lowBytes ? ([low, linear] as const) : ([high, linear - ebda.at] as const)
  const writeNumber: LinearMemory['writeNumber'] = (linear, size, value) => {
    const [bytes, at] = placeOf(linear)
    bytes.set(bytesOf(value, size), at)
  }
  const data = dataAreaOf({ readNumber: (linear, size) => numberAt(...placeOf(linear), size), writeNumber })
  for (const [index, table] of tables.entries()) {
    const { vector, at } = fixedDiskTables[index] ?? fixedDiskTables[0]
    high.set(table, at - ebda.at)
    writeNumber(4 * vector, 2, at - ebda.at)
    writeNumber(4 * vector + 2, 2, ebda.segment)
  }
  const [com1, com2, com3, com4] = serialPorts
  Object.assign(data, {
    ...{ com1, com2, com3, com4 },
    ebdaSegment: ebda.segment,
    ebdaKiB: ebda.bytes / 1024,
    equipment: plainEquipment | (serialPorts.length << 9) | floppyBits(floppies),
    memoryKiB: baseKiB,
    ...{ com1Timeout: 10, com2Timeout: 10, com3Timeout: 10, com4Timeout: 10 },
    ...{ disks, ticks },
    ...{ keyBufferHead: keyBuffer.start, keyBufferTail: keyBuffer.start },
    ...{ keyBufferStart: keyBuffer.start, keyBufferEnd: keyBuffer.end },
    keyboardType: extendedKeyboard,
    repeatRate: usualRepeatRate,
    ...{ videoMode: 3, columns: 80, pageBytes: 0x1000, cursorShape: 0x0607, crtcPort: 0x3d4 },
    ...{ lastRow: 24, characterHeight: 16, cgaMode: 0x29, cgaPalette: 0x30 },
    ...{ videoControl: 0x60, videoSwitches: 0xf9, videoOptions: 0x51, displayCombination: 8 },
    ...{ savePointersOffset: saveRom.pointers, savePointersSegment: videoSegment },
  })
  return [{ at: 0, bytes: low, size: low.length }, { at: ebda.at, bytes: high, size: high.length }, ...roms]
}
