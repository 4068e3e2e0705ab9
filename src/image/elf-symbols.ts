import { LittleEndian } from '../support/bytes.ts'
import type { ByteSource } from './byte-source.ts'
import { demangle } from './demangle.ts'
import type { ElfFile, ElfSection } from './elf.ts'
import { isWithin, readRange } from './ranges.ts'
import type { ImageSymbol } from './symbols.ts'

/** System V ABI, chapter 4, "Symbol Table". */
const layouts = {
  32: { size: 16, name: 0, value: 4, sizeAt: 8, info: 12, section: 14 },
  64: { size: 24, name: 0, value: 8, sizeAt: 16, info: 4, section: 6 },
} as const
const kinds: Readonly<Record<number, ImageSymbol['kind']>> = {
  0: 'other',
  1: 'object',
  2: 'function',
  10: 'function',
}
const undefinedSection = 0
const localBinding = 0

/** Linux has about 200,000; a file that claims more than this is cut off here. */
const maxSymbols = 500_000
const maxNameLength = 4096
const maxNameTable = 256n * 1024n * 1024n
/** Names may overlap in the file, so that a small one can spell out gigabytes. */
const maxNameBytes = 64 * 1024 * 1024

/** Where the symbols stand in the file, or null where it has none that can be read. */
export interface SymbolSections {
  readonly symbols: ElfSection
  readonly names: ElfSection
  /** How many will be read. */
  readonly count: number
  /** How many the file claims. */
  readonly claimed: bigint
}

export function symbolSections(elf: ElfFile, source: ByteSource): SymbolSections | null {
  const symbols = elf.sections.find(({ type }) => type === 'symbols')
  const names = symbols && elf.sections[symbols.link]
  if (symbols === undefined || names?.type !== 'strings') return null
  if (!isWithin(source, names.fileOffset, names.size)) return null
  const claimed = symbols.size / BigInt(layouts[elf.bits].size)
  const available = BigInt(Math.max(0, source.size - Number(symbols.fileOffset)))
  const there = available / BigInt(layouts[elf.bits].size)
  const count = Number(least(least(claimed, there), BigInt(maxSymbols)))
  return count === 0 ? null : { symbols, names, count, claimed }
}

/** Reads and demangles them: the slow part, left until someone asks. */
export function readElfSymbols(source: ByteSource, bits: 32 | 64, where: SymbolSections): ImageSymbol[] {
  const layout = layouts[bits]
  const table = new LittleEndian(source.read(Number(where.symbols.fileOffset), where.count * layout.size))
  const names = readRange(source, where.names.fileOffset, least(where.names.size, maxNameTable))
  const symbols: ImageSymbol[] = []
  let nameBytes = 0
  for (let at = 0; at + layout.size <= table.length && nameBytes < maxNameBytes; at += layout.size) {
    const info = table.u8(at + layout.info)
    const kind = kinds[info & 0xf]
    if (kind === undefined || table.u16(at + layout.section) === undefinedSection) continue
    const mangled = nameAt(names, table.u32(at + layout.name))
    if (mangled === '' || isAssemblerLocal(mangled)) continue
    nameBytes += mangled.length
    const address = bits === 32 ? BigInt(table.u32(at + layout.value)) : table.u64(at + layout.value)
    const size = bits === 32 ? BigInt(table.u32(at + layout.sizeAt)) : table.u64(at + layout.sizeAt)
    symbols.push({
      name: demangle(mangled),
      mangled,
      address,
      size,
      kind,
      global: info >> 4 !== localBinding,
    })
  }
  return symbols
}

/** Labels inside macros (NASM's `..@12.next`) and compilers' own (`.L4`): no place that a person knows. */
function isAssemblerLocal(name: string): boolean {
  return name.startsWith('..@') || name.startsWith('.L')
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

const utf8 = new TextDecoder()

function nameAt(names: Uint8Array, offset: number): string {
  const longest = names.subarray(offset, offset + maxNameLength)
  const end = longest.indexOf(0)
  return utf8.decode(end < 0 ? longest : longest.subarray(0, end))
}
