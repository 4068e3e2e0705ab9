import elfy from 'elfy'
import { LittleEndian } from '../support/bytes.ts'
import { type ErrorCode, KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'
import type { ByteSource } from './byte-source.ts'

/** The headers of an ELF file for x86 (System V ABI, chapters 4 and 5), exact to the last bit. */
export interface ElfFile {
  readonly bits: 32 | 64
  readonly type: 'executable' | 'shared'
  readonly machine: 'x86' | 'x86-64'
  readonly entry: bigint
  readonly programs: readonly ElfProgram[]
  /** Empty where the file has none, or where they lie past its end. */
  readonly sections: readonly ElfSection[]
  /** The header promises sections that the file is too short to hold. */
  readonly sectionsPastEnd: boolean
}

export interface ElfProgram {
  readonly type: 'load' | 'note' | 'interpreter' | 'other'
  readonly readable: boolean
  readonly writable: boolean
  readonly executable: boolean
  readonly fileOffset: bigint
  readonly virtualAddress: bigint
  readonly physicalAddress: bigint
  readonly fileSize: bigint
  readonly memorySize: bigint
  readonly alignment: bigint
}

export interface ElfSection {
  readonly type: 'symbols' | 'strings' | 'note' | 'other'
  /** For symbols: the index of the section with their names. */
  readonly link: number
  readonly fileOffset: bigint
  readonly size: bigint
}

const identSize = 16
const maxPrograms = 1024
const sizes = {
  32: { header: 52, program: 32, section: 40 },
  64: { header: 64, program: 56, section: 64 },
} as const

/** e_machine values that a kernel developer may meet (registry of the System V ABI). */
const machineNames: Readonly<Record<number, string>> = {
  0: 'no machine',
  2: 'SPARC',
  3: 'x86',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'S/390',
  40: 'ARM',
  43: 'SPARC64',
  50: 'Itanium',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
}

/** Whether the file begins as an ELF file does. */
export function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
}

/**
 * Reads the headers, and nothing else, of the ELF file `name`.
 * elfy decodes them; whatever it keeps in a double (every 64-bit field) is read again from the bytes. It sees
 * a header only after that was held against the size of the file: it has no bounds of its own.
 *
 * Throws KT1007 (cut short), KT1008 (contradicts itself), KT1009 (another machine), KT1010 (no executable).
 */
export function readElf(source: ByteSource, name: string): ElfFile {
  const bits = checkIdent(source, name)
  const bytes = source.read(0, sizes[bits].header)
  const head = new LittleEndian(bytes)
  checkMachine(head, bits, name)
  const parser = new elfy.Parser()
  const header = parser.parseHeader(buffer(bytes))
  const type = executableType(header.type, name)
  const word = (offset32: number, offset64: number): bigint =>
    bits === 32 ? BigInt(head.u32(offset32)) : head.u64(offset64)

  const programs: ElfProgram[] = []
  if (header.phnum > 0) {
    const at = word(28, 32)
    checkPrograms(source, name, bits, at, header)
    for (const entry of entries(source, at, header.phnum, header.phentsize)) {
      programs.push(program(parser.parseProgram(buffer(entry), header, nothing), entry, bits))
    }
  }

  const sections: ElfSection[] = []
  const at = word(32, 40)
  const sectionsFit =
    header.shentsize === sizes[bits].section && fits(source, at, header.shnum, header.shentsize)
  const hasSections = at !== 0n && header.shnum > 0
  if (hasSections && sectionsFit) {
    for (const entry of entries(source, at, header.shnum, header.shentsize)) {
      sections.push(section(parser.parseSection(buffer(entry), header, nothing), entry, bits))
    }
  }
  const machine = head.u16(18) === 3 ? 'x86' : 'x86-64'
  return {
    bits,
    type,
    machine,
    entry: word(24, 24),
    programs,
    sections,
    sectionsPastEnd: hasSections && !sectionsFit,
  }
}

/** elfy wants the file to cut out what a header points to; we read that where it is needed. */
const nothing = Buffer.alloc(0)

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function checkIdent(source: ByteSource, name: string): 32 | 64 {
  const ident = source.read(0, identSize)
  const classByte = ident[4]
  if (ident.length < identSize)
    throw cutShort(name, `its ${source.size} bytes are fewer than the 52 of a header`)
  if (classByte !== 1 && classByte !== 2) {
    throw damaged(name, `its class is ${classByte}, neither 1 (32-bit) nor 2 (64-bit)`)
  }
  const bits = classByte === 1 ? 32 : 64
  const { header } = sizes[bits]
  if (source.size < header)
    throw cutShort(name, `its ${source.size} bytes are fewer than the ${header} of its header`)
  if (ident[5] === 2) {
    throw elfError(
      'KT1009',
      name,
      'is for a big-endian machine; x86 is little-endian',
      'Build the kernel for an x86-64 target, such as x86_64-unknown-none or x86_64-elf.',
    )
  }
  if (ident[5] !== 1) throw damaged(name, `its byte order is ${ident[5]}, neither 1 (little) nor 2 (big)`)
  return bits
}

function checkMachine(head: LittleEndian, bits: 32 | 64, name: string): void {
  const machine = head.u16(18)
  if (machine === 3 && bits === 64) throw damaged(name, 'a 64-bit file cannot be for the 32-bit machine x86')
  if (machine === 3 || machine === 62) return
  const called = machineNames[machine] ?? `machine number ${machine}`
  throw elfError(
    'KT1009',
    name,
    `is for ${called}; kerneltest tests x86 and x86-64 kernels`,
    'Build the kernel for an x86-64 target, such as x86_64-unknown-none or x86_64-elf.',
  )
}

function executableType(type: string | undefined, name: string): 'executable' | 'shared' {
  if (type === 'exec') return 'executable'
  if (type === 'dyn') return 'shared'
  if (type === 'rel') {
    throw elfError(
      'KT1010',
      name,
      'is an object file',
      'Link it first: ld -T linker.ld -o kernel.elf kernel.o',
    )
  }
  const what = type === 'core' ? 'is a core dump' : 'is neither an executable nor a shared object'
  throw elfError('KT1010', name, what, 'Name the kernel that your linker made.')
}

function checkPrograms(
  source: ByteSource,
  name: string,
  bits: 32 | 64,
  at: bigint,
  header: { readonly phnum: number; readonly phentsize: number },
): void {
  const { phnum, phentsize } = header
  const { program: size } = sizes[bits]
  if (phentsize !== size) {
    throw damaged(name, `its program headers are ${phentsize} bytes each; ${bits}-bit ones are ${size}`)
  }
  if (phnum > maxPrograms) {
    throw damaged(name, `it has ${phnum} program headers; kerneltest reads up to ${maxPrograms}`)
  }
  if (!fits(source, at, phnum, phentsize)) {
    const end = at + BigInt(phnum * phentsize)
    throw cutShort(name, `its program headers end at ${hex(end)}, the file at ${hex(source.size)}`)
  }
}

function fits(source: ByteSource, at: bigint, entryCount: number, size: number): boolean {
  return at + BigInt(entryCount * size) <= BigInt(source.size)
}

function* entries(source: ByteSource, at: bigint, entryCount: number, size: number): Generator<Uint8Array> {
  const table = source.read(Number(at), entryCount * size)
  for (let offset = 0; offset + size <= table.length; offset += size) {
    yield table.subarray(offset, offset + size)
  }
}

function program(
  decoded: { readonly type: string | undefined; readonly flags: Readonly<Record<string, boolean>> },
  entry: Uint8Array,
  bits: 32 | 64,
): ElfProgram {
  const fields = new LittleEndian(entry)
  const words =
    bits === 32
      ? [4, 8, 12, 16, 20, 28].map((offset) => BigInt(fields.u32(offset)))
      : [8, 16, 24, 32, 40, 48].map((offset) => fields.u64(offset))
  const [fileOffset = 0n, virtualAddress = 0n, physicalAddress = 0n, fileSize = 0n] = words
  const [memorySize = 0n, alignment = 0n] = words.slice(4)
  return {
    type: programTypes[decoded.type ?? ''] ?? 'other',
    readable: decoded.flags['r'] === true,
    writable: decoded.flags['w'] === true,
    executable: decoded.flags['x'] === true,
    fileOffset,
    virtualAddress,
    physicalAddress,
    fileSize,
    memorySize,
    alignment,
  }
}

const programTypes: Readonly<Record<string, ElfProgram['type']>> = {
  load: 'load',
  note: 'note',
  interp: 'interpreter',
}

function section(
  decoded: { readonly type: string | number; readonly link: number },
  entry: Uint8Array,
  bits: 32 | 64,
): ElfSection {
  const fields = new LittleEndian(entry)
  return {
    type: sectionTypes[decoded.type] ?? 'other',
    link: decoded.link,
    fileOffset: bits === 32 ? BigInt(fields.u32(16)) : fields.u64(24),
    size: bits === 32 ? BigInt(fields.u32(20)) : fields.u64(32),
  }
}

const sectionTypes: Readonly<Record<string, ElfSection['type']>> = {
  symtab: 'symbols',
  strtab: 'strings',
  note: 'note',
}

function elfError(code: ErrorCode, name: string, reason: string, hint: string): KernelTestError {
  return new KernelTestError(code, `${name} ${reason}`, hint)
}

function cutShort(name: string, reason: string): KernelTestError {
  return elfError('KT1007', name, `is cut short: ${reason}`, 'Build or download it again.')
}

function damaged(name: string, reason: string): KernelTestError {
  const hint = 'Build it again; if that changes nothing, look at it with readelf -a.'
  return elfError('KT1008', name, `is damaged: ${reason}`, hint)
}
