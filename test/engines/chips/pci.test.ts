import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import { load, out, outDoubleWord, outWord, store, tell, tellDoubleWord, tellWord } from './chip-script.ts'

const [address, data] = [0xcf8, 0xcfc]

/** A register of a function of bus 0. */
const place = (device: number, number: number, at: number) =>
  0x8000_0000 + ((device << 11) | (number << 8) | (at & 0xfc))
const select = (where: number) => outDoubleWord(address, where)

/** One function's configuration space, by its registers. */
function configOf(device: number, number: number) {
  const at = (register: number) => select(place(device, number, register))
  const port = (register: number) => data + (register & 3)
  return {
    read: (register: number, mask?: number) => [...at(register), ...tellDoubleWord(data, mask)],
    readWord: (register: number) => [...at(register), ...tellWord(port(register))],
    readByte: (register: number) => [...at(register), ...tell(port(register))],
    write: (register: number, value: number) => [...at(register), ...outDoubleWord(data, value)],
    writeWord: (register: number, value: number) => [...at(register), ...outWord(port(register), value)],
    writeByte: (register: number, value: number) => [...at(register), ...out(port(register), value)],
  }
}
const [host, bridge, ide, power, vga] = [
  configOf(0, 0),
  configOf(1, 0),
  configOf(1, 1),
  configOf(1, 3),
  configOf(2, 0),
]

/** PCI Local Bus Specification 3.0, section 3.2.2.3.2. */
const mechanism: readonly ChipRow[] = [
  [
    'the address is read back, reserved bits are 0',
    '80fffefc 00000000',
    'quirk',
    ...[select(0xffff_fefc), tellDoubleWord(address), select(0), tellDoubleWord(address)],
  ],
  [
    'it is four bytes only: writes',
    '8000085c',
    select(0x8000_085c),
    out(address, 0x12),
    outWord(address, 0),
    tellDoubleWord(address),
  ],
  ['and reads', 'ff ffff', 'quirk', tell(address), tellWord(address)],
  // Intel 290550, Reset Control Register: bit 2 would reset.
  [
    'CF9h is the reset control register in between',
    '02 8000085c 00',
    ...[out(0xcf9, 2), tell(0xcf9), tellDoubleWord(address), out(0xcf9, 0), tell(0xcf9)],
  ],
  ['without the enable bit nobody answers', 'ffffffff', select(0), tellDoubleWord(data)],
  [
    'data of each size, at each place',
    '12378086 8086 1237 86 80 37 12',
    ...[host.read(0), tellWord(data), tellWord(data + 2), tell(data), tell(data + 1), tell(data + 2)],
    tell(data + 3),
  ],
  [
    'and written',
    'e0000008 e1000008 e3000008 e2000008',
    ...[
      vga.writeWord(4, 0),
      vga.write(0x10, 0xe000_0000),
      vga.read(0x10),
      vga.writeByte(0x13, 0xe1),
      vga.read(0x10),
    ],
    ...[vga.writeWord(0x12, 0xe3ff), vga.read(0x10), vga.write(0x10, 0xe200_0000), vga.read(0x10)],
  ],
]

/** Section 6.1: what is absent reads all ones, and writes are lost. */
const functions: readonly ChipRow[] = [
  [
    'no such device, function, or bus',
    'ffffffff ffff ff ffffffff ffffffff',
    ...[
      select(place(31, 0, 0)),
      outDoubleWord(data, 0),
      tellDoubleWord(data),
      tellWord(data),
      tell(data + 3),
    ],
    ...[
      select(place(1, 2, 0)),
      tellDoubleWord(data),
      select(place(0, 0, 0) + 0x1_0000),
      tellDoubleWord(data),
    ],
  ],
  [
    'who is there',
    '12378086 70008086 70108086 71138086 11111234',
    ...[host, bridge, ide, power, vga].map((config) => config.read(0)),
  ],
  [
    'what they are',
    '06000000 06010000 01018000 06800000 03000000',
    ...[host, bridge, ide, power, vga].map((config) => config.read(8, 0xffff_ff00)),
  ],
  [
    'the bridge is the first of several functions, others are not',
    '00 80 00',
    host.readByte(0x0e),
    bridge.readByte(0x0e),
    vga.readByte(0x0e),
  ],
  [
    'identity cannot be written',
    '11111234 00',
    ...[vga.write(0, 0), vga.read(0), vga.writeByte(0x0e, 0xff), vga.readByte(0x0e)],
  ],
  [
    'the interrupt line can, the pin cannot',
    '015a',
    power.writeWord(0x3c, 0xff5a),
    power.readWord(0x3c),
    power.writeByte(0x3c, 9),
  ],
]

/** Intel 290550 and 290562: reserved bits, and status that only the chip sets. */
const reserved: readonly ChipRow[] = [
  [
    'reserved bits of the ISA bridge: XBCS, MSTAT, SMIEN, SMIREQ',
    '01f7 00d1 01ff 0000',
    'quirk',
    [0x4e, 0x6a, 0xa2, 0xaa].flatMap((register) => [
      ...bridge.writeWord(register, 0xffff),
      ...bridge.readWord(register),
      ...bridge.writeWord(register, 0),
    ]),
    bridge.writeWord(0x4e, 3),
  ],
  [
    'and of power management: DEVRESE',
    '001fffff',
    'quirk',
    ...[power.write(0x68, 0xffff_ffff), power.read(0x68), power.write(0x68, 0)],
  ],
]

/** Section 6.2.5.1: all ones are written while the function decodes nothing. */
const size = (config: typeof vga, ...registers: readonly number[]) => [
  ...config.writeWord(4, 0),
  ...registers.flatMap((register) => [...config.write(register, 0xffff_ffff), ...config.read(register)]),
]
const [frames, elsewhere] = [0xe000_0000, 0xe100_0000]
const windows: readonly ChipRow[] = [
  [
    'sizes of the VGA: 16 MiB, none, 4 KiB, 64 KiB of ROM',
    'ff000008 00000000 fffff000 00000000 ffff0001',
    size(vga, 0x10, 0x14, 0x18, 0x1c, 0x30),
  ],
  [
    'a window is where its register says, when the command register lets it be seen',
    '12345678 ffffffff',
    'quirk',
    ...[vga.write(0x30, 0), vga.write(0x10, frames), vga.write(0x18, 0xe200_0000), vga.writeWord(4, 2)],
    ...[store(frames, 0x1234_5678), load(frames), vga.writeWord(4, 0), load(frames)],
  ],
  ['low bits of a base are its kind', 'e1000008', vga.write(0x10, elsewhere + 7), vga.read(0x10)],
  ['moved it is the same', '12345678', vga.writeWord(4, 2), load(elsewhere)],
  ['and no more where it was', 'ffffffff', 'quirk', load(frames)],
  [
    'sizes of the IDE function: 16 ports of the bus master',
    '00000000 00000000 0000fff1',
    'quirk',
    size(ide, 0x10, 0x1c, 0x20),
  ],
  // Intel 290562, PMBA: nobody reads the PM timer meanwhile.
  [
    'PMBA: 64 ports',
    '0000ffc1 00000601',
    'quirk',
    ...[power.write(0x40, 0xffff_ffff), power.read(0x40), power.write(0x40, 0x600), power.read(0x40)],
  ],
]

/** Not that, and then this. */
const isOther = (ram: number, kept: number) => (told: readonly number[]) =>
  told[0] !== ram && told[0] !== kept && told[1] === kept
    ? null
    : `other than RAM's, and ${kept.toString(16)}`
const pam = (index: number, value: number) => host.writeByte(0x59 + index, value)
const [bios, lower, upper] = [0xf_fff0, 0xd_0000, 0xd_4000]
/** Intel 290549, section 3.2.18: bit 0 of a nibble lets RAM be read, bit 1 be written. */
const attributes: readonly ChipRow[] = [
  [
    'PAM0 has one nibble, the others two',
    '30 33',
    'quirk',
    ...[pam(0, 0xff), host.readByte(0x59), pam(3, 0xff), host.readByte(0x5c)],
  ],
  ['RAM is read and written', '12345678', pam(0, 0x30), store(bios, 0x1234_5678), load(bios)],
  ['is read only', '12345678', pam(0, 0x10), store(bios, 0), load(bios)],
  [
    'neither: what is behind it',
    isOther(0x1234_5678, 0x1234_5678),
    ...[pam(0, 0), load(bios), store(bios, 0), pam(0, 0x10), load(bios)],
  ],
  [
    'is written only',
    isOther(0x1234_5678, 0x8765_4321),
    'quirk',
    ...[pam(0, 0x20), store(bios, 0x8765_4321), load(bios), pam(0, 0x10), load(bios)],
  ],
  [
    'each half by itself',
    '11111111 ffffffff ffffffff 22222222',
    'quirk',
    ...[pam(3, 0x33), store(lower, 0x1111_1111), store(upper, 0x2222_2222), pam(3, 0x03)],
    ...[load(lower), load(upper), pam(3, 0x30), load(lower), load(upper)],
  ],
  ['RAM has kept both', '11111111 22222222', pam(3, 0x33), load(lower), load(upper)],
]

describe.each(eachEngine)('PCI on $name', (engine) => {
  test.each([
    ['configuration mechanism 1', mechanism],
    ['functions', functions],
    ['reserved bits', reserved],
    ['windows', windows],
    ['attribute maps', attributes],
  ])('%s', (_, rows) => expectChip(engine, rows))
})
