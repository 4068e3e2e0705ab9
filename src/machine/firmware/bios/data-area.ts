import type { LinearMemory, NumberBytes } from './processor-port.ts'

type Field = readonly [address: number, bytes: NumberBytes]

/** Where the extended BIOS data area is: the last KiB of conventional memory. */
export const ebda = { at: 0x9_fc00, bytes: 0x400, segment: 0x9fc0 } as const

/** Fields of the BIOS data area at 400h, by linear address (Ralf Brown's MEMORY.LST), and of our EBDA. */
const fields = {
  com1: [0x400, 2],
  com2: [0x402, 2],
  com3: [0x404, 2],
  com4: [0x406, 2],
  ebdaSegment: [0x40e, 2],
  equipment: [0x410, 2],
  memoryKiB: [0x413, 2],
  keyboardFlags: [0x417, 1],
  keyboardDown: [0x418, 1],
  /** A character that is typed by its number, with Alt. */
  altNumber: [0x419, 1],
  keyBufferHead: [0x41a, 2],
  keyBufferTail: [0x41c, 2],
  /** Bits 0 to 3: motors that run. */
  floppyMotors: [0x43f, 1],
  /** Timer interrupts until they are switched off. */
  floppyMotorTicks: [0x440, 1],
  floppyStatus: [0x441, 1],
  videoMode: [0x449, 1],
  columns: [0x44a, 2],
  pageBytes: [0x44c, 2],
  pageAt: [0x44e, 2],
  cursorShape: [0x460, 2],
  page: [0x462, 1],
  crtcPort: [0x463, 2],
  /** What a CGA's registers would hold. */
  cgaMode: [0x465, 1],
  cgaPalette: [0x466, 1],
  /** Timer interrupts since midnight. */
  ticks: [0x46c, 4],
  /** A midnight has passed that nobody has asked about. */
  midnight: [0x470, 1],
  breakFlag: [0x471, 1],
  warmBoot: [0x472, 2],
  diskStatus: [0x474, 1],
  disks: [0x475, 1],
  /** In 1/18 s. */
  com1Timeout: [0x47c, 1],
  com2Timeout: [0x47d, 1],
  com3Timeout: [0x47e, 1],
  com4Timeout: [0x47f, 1],
  keyBufferStart: [0x480, 2],
  keyBufferEnd: [0x482, 2],
  lastRow: [0x484, 1],
  characterHeight: [0x485, 2],
  /** Bit 0: cursors are not scaled; bit 7: the mode was set without a clear. */
  videoControl: [0x487, 1],
  videoSwitches: [0x488, 1],
  /** Of the next mode set: its lines, and bit 3: no colors. */
  videoOptions: [0x489, 1],
  displayCombination: [0x48a, 1],
  keyboardType: [0x496, 1],
  /** Bits 0 to 2: what shines; see keyboard-lights.ts. */
  keyboardLights: [0x497, 1],
  /** Of INT 15h function 83h: the byte to set, and what is left. */
  waitOffset: [0x498, 2],
  waitSegment: [0x49a, 2],
  waitMicroseconds: [0x49c, 4],
  waitFlag: [0x4a0, 1],
  savePointersOffset: [0x4a8, 2],
  savePointersSegment: [0x4aa, 2],
  ebdaKiB: [ebda.at, 1],
  /** Of the mouse: whom to call, bytes that have come, flags with the size of a packet. */
  mouseOffset: [ebda.at + 0x22, 2],
  mouseSegment: [ebda.at + 0x24, 2],
  mouseCount: [ebda.at + 0x26, 1],
  mouseSize: [ebda.at + 0x27, 1],
  /** The place in the boot order that is tried, from 0. */
  bootAttempt: [ebda.at + 0x200, 1],
  /** Not 0: the image that was booted from a CD is a drive. Its packet follows at 210h. */
  emulates: [ebda.at + 0x201, 1],
  /** As INT 10h function 4F02h takes it; 0 in the VGA's own modes. */
  vbeMode: [ebda.at + 0x202, 2],
  /** As VBE/PM has it. */
  monitorPower: [ebda.at + 0x204, 1],
  /** Delay and rate of keys that are held, as the keyboard takes them. */
  repeatRate: [ebda.at + 0x205, 1],
} as const satisfies Readonly<Record<string, Field>>

export type DataField = keyof typeof fields

/** Linear. */
export const addressOf = (field: DataField): number => fields[field][0]

/** The BIOS data area, field by field, to read and to assign. */
export type DataArea = { -readonly [Name in DataField]: number }

type DataMemory = Pick<LinearMemory, 'readNumber' | 'writeNumber'>

class FieldsInMemory {
  readonly memory: DataMemory

  constructor(memory: DataMemory) {
    this.memory = memory
  }
}

// Once for all machines: each has one, and another while it powers on.
for (const [name, [address, bytes]] of Object.entries(fields)) {
  Object.defineProperty(FieldsInMemory.prototype, name, {
    get(this: FieldsInMemory) {
      return this.memory.readNumber(address, bytes)
    },
    set(this: FieldsInMemory, value: number) {
      this.memory.writeNumber(address, bytes, value)
    },
  })
}

export function dataAreaOf(memory: DataMemory): DataArea {
  return new FieldsInMemory(memory) as unknown as DataArea
}
