import { type Bytes, joined, text, u8, u16, u32 } from './table-fields.ts'

/** Opcodes of the ACPI machine language (ACPI specification 6.0, section 20.3). */
const opcode = {
  name: 0x08,
  bytePrefix: 0x0a,
  wordPrefix: 0x0b,
  dwordPrefix: 0x0c,
  stringPrefix: 0x0d,
  scope: 0x10,
  buffer: 0x11,
  package: 0x12,
  extended: 0x5b,
  device: 0x82,
} as const

/** `Name (id, value)`. */
export function name(id: string, value: Bytes): Bytes {
  return joined([[opcode.name], nameString(id), value])
}

/** `Scope (id) { … }`. */
export function scope(id: string, ...terms: readonly Bytes[]): Bytes {
  return withLength([opcode.scope], [nameString(id), ...terms])
}

/** `Device (id) { … }`. */
export function device(id: string, ...terms: readonly Bytes[]): Bytes {
  return withLength([opcode.extended, opcode.device], [nameString(id), ...terms])
}

/** `Package () { … }`. */
export function packageOf(...elements: readonly Bytes[]): Bytes {
  return withLength([opcode.package], [u8(elements.length)].concat(elements))
}

/** `Buffer () { … }`. */
export function buffer(bytes: Bytes): Bytes {
  return withLength([opcode.buffer], [integer(bytes.length), bytes])
}

/** A constant of at most 32 bits, as short as it gets. */
export function integer(value: number): Bytes {
  if (value <= 1) return u8(value)
  if (value <= 0xff) return [opcode.bytePrefix, ...u8(value)]
  if (value <= 0xffff) return joined([[opcode.wordPrefix], u16(value)])
  return joined([[opcode.dwordPrefix], u32(value)])
}

export function string(value: string): Bytes {
  return [opcode.stringPrefix, ...text(value), 0]
}

/** `EisaId ("PNP0501")`: three letters of 5 bits and four hexadecimal digits, most significant byte first. */
export function eisaId(id: string): Bytes {
  const letters = text(id.slice(0, 3)).reduce((value, letter) => value * 32 + letter - 0x40, 0)
  const value = letters * 0x10000 + Number.parseInt(id.slice(3), 16)
  return integer(u32(value).reduce((reversed, byte) => reversed * 256 + byte, 0))
}

/** One segment of at most four characters. */
const nameString = (id: string) => text(id.padEnd(4, '_'))

/** An opcode, PkgLength, which counts itself, and the contents (section 20.2.4). */
function withLength(operation: Bytes, contents: readonly Bytes[]): Bytes {
  const length = contents.reduce((sum, part) => sum + part.length, 0)
  return joined([operation, packageLength(length)].concat(contents))
}

function packageLength(length: number): Bytes {
  if (length + 1 < 0x40) return [length + 1]
  const bytes = length + 2 < 2 ** 12 ? 2 : 3
  const total = length + bytes
  const rest = [total >> 4, total >> 12].slice(0, bytes - 1).flatMap(u8)
  return [((bytes - 1) << 6) | (total & 15), ...rest]
}
