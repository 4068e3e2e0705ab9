import type { ProcessorIdentity } from './processor-identity.ts'
import { type Bytes, text, u8, u16, u32, u64, zeros } from './table-fields.ts'

/** Handles: the structure's type in the upper byte. */
const handle = { array: 0x1000 } as const
const noErrorInformation = 0xfffe
const noCache = 0xffff
const maker = 'kerneltest'

/** A structure's fields behind its header, and its strings, which fields name by their number from 1 on. */
interface Structure {
  readonly type: number
  readonly fields: Bytes
  readonly strings?: readonly string[]
}

/** What a machine has to tell (SMBIOS specification 2.8, section 6.2): a structure and its strings each. */
export function smbiosStructures(ramBytes: number, identity: ProcessorIdentity): readonly Bytes[] {
  const kib = ramBytes / 2 ** 10
  const structures = [
    bios,
    system,
    chassis,
    processor(identity),
    memoryArray(kib),
    memoryDevice(kib),
    mappedAddress(kib),
    bootInformation,
    endOfTable,
  ]
  return structures.map(encode)
}

function encode({ type, fields, strings = [] }: Structure): Bytes {
  const header = [...u8(type), ...u8(4 + fields.length), ...u16(type << 8)]
  const texts = strings.flatMap((string) => [...text(string), 0])
  return [...header, ...fields, ...texts, ...(texts.length === 0 ? [0, 0] : [0])]
}

/** ISA, PCI, APM, boot from CD, selectable boot, EDD; then ACPI; then a virtual machine. */
const biosCharacteristics = [...u64(2 ** 4 + 2 ** 7 + 2 ** 10 + 2 ** 15 + 2 ** 16 + 2 ** 19), 0x01, 0x10]
const noVersion = 0xff

const bios: Structure = {
  type: 0,
  fields: [
    ...u8(1),
    ...u8(2),
    ...u16(0xf000),
    ...u8(3),
    ...u8(0),
    ...biosCharacteristics,
    ...u8(1),
    ...u8(0),
    ...u8(noVersion),
    ...u8(noVersion),
  ],
  strings: [maker, '1.0', '01/01/2020'],
}

const system: Structure = {
  type: 1,
  fields: [...[1, 2, 3, 0], ...zeros(16), ...u8(6), ...u8(0), ...u8(0)],
  strings: [maker, 'PC', '1.0'],
}

const safe = 3
const chassis: Structure = {
  type: 3,
  fields: [...[1, 3, 2, 0, 0], safe, safe, safe, ...u8(3), ...u32(0), ...zeros(5)],
  strings: [maker, '1.0'],
}

const processor = ({ signature, features }: ProcessorIdentity): Structure => ({
  type: 4,
  fields: [
    ...[1, 3, 1, 2],
    ...u32(signature),
    ...u32(features),
    ...[0, 0],
    ...[0, 0],
    ...u16(1000),
    ...u16(1000),
    ...[0x41, 1],
    ...[noCache, noCache, noCache].flatMap(u16),
    ...[0, 0, 0],
    ...[1, 1, 1],
    ...u16(4),
    ...u16(1),
  ],
  strings: ['CPU 0', maker],
})

const systemBoard = 3
const systemMemory = 3
const noCorrection = 3
const memoryArray = (kib: number): Structure => ({
  type: 16,
  fields: [
    ...[systemBoard, systemMemory, noCorrection],
    ...u32(kib),
    ...u16(noErrorInformation),
    ...u16(1),
    ...u64(0),
  ],
})

const dimm = 9
const ram = 7
const memoryDevice = (kib: number): Structure => ({
  type: 17,
  fields: [
    ...u16(handle.array),
    ...u16(noErrorInformation),
    ...[64, 64, kib / 1024].flatMap(u16),
    ...[dimm, 0, 1, 0, ram],
    ...u16(2),
    ...u16(0),
    ...[2, 0, 0, 0],
    ...u8(0),
    ...u32(0),
    ...u16(0),
    ...zeros(6),
  ],
  strings: ['DIMM 0', maker],
})

const mappedAddress = (kib: number): Structure => ({
  type: 19,
  fields: [...u32(0), ...u32(kib - 1), ...u16(handle.array), ...u8(1), ...u64(0), ...u64(0)],
})

const bootInformation: Structure = { type: 32, fields: zeros(7) }

const endOfTable: Structure = { type: 127, fields: [] }
