import { hex } from '../support/hex.ts'
import type { ByteSource } from './byte-source.ts'
import { type ElfFile, type ElfProgram, readElf } from './elf.ts'
import { elfFlaws } from './elf-flaws.ts'
import { readElfSymbols, symbolSections } from './elf-symbols.ts'
import { entryFlaws } from './entry-flaws.ts'
import type { Flaw } from './flaw.ts'
import { headerWindows } from './header-window.ts'
import type { BootContract, ElfImage, ElfSegment, PvhNote } from './image.ts'
import { limineFlaw } from './limine.ts'
import { findMultiboot1 } from './multiboot1.ts'
import { findMultiboot2 } from './multiboot2.ts'
import { findPvhNote } from './pvh.ts'
import { readRange } from './ranges.ts'
import { segmentFlaws } from './segment-flaws.ts'
import { symbolTable } from './symbols.ts'

/** Notes are a few hundred bytes; a file may claim any number. */
const maxNoteSize = 65_536n
const maxNotes = 16

/** Reads the ELF file `name`; throws what {@link readElf} throws. */
export function readElfImage(source: ByteSource, name: string): ElfImage {
  const elf = readElf(source, name)
  const segments = elf.programs.flatMap(segment)
  const found = contracts(source, elf, segments)
  const where = symbolSections(elf, source)
  const ranges = segments.map(({ virtualAddress, memorySize }) => ({
    start: virtualAddress,
    end: virtualAddress + memorySize,
  }))
  const flaws: Flaw[] = [
    ...elfFlaws(elf, found.contracts, found.flaws, where),
    ...found.flaws,
    ...(found.limine === null ? [] : [found.limine]),
    ...segmentFlaws(segments, elf, source.size),
    ...entryFlaws(elf, segments, found.contracts),
  ]
  return {
    kind: 'elf',
    source,
    bits: elf.bits,
    type: elf.type,
    machine: elf.machine,
    entry: elf.entry,
    segments,
    contracts: found.contracts,
    symbols: symbolTable(() => (where === null ? [] : readElfSymbols(source, elf.bits, where)), ranges),
    flaws: flaws.sort((one, other) => gravity[one.severity] - gravity[other.severity]),
  }
}

const gravity = { fatal: 0, warning: 1, note: 2 }

function segment(program: ElfProgram, index: number): ElfSegment[] {
  if (program.type !== 'load' || (program.memorySize === 0n && program.fileSize === 0n)) return []
  const { virtualAddress, physicalAddress, memorySize, readable, writable, executable } = program
  return [
    {
      index,
      virtualAddress,
      physicalAddress,
      fileOffset: Number(program.fileOffset),
      fileSize: Number(program.fileSize),
      memorySize,
      readable,
      writable,
      executable,
    },
  ]
}

function contracts(
  source: ByteSource,
  elf: ElfFile,
  segments: readonly ElfSegment[],
): { contracts: BootContract[]; flaws: Flaw[]; limine: Flaw | null } {
  const windows = headerWindows(
    source,
    segments.map(({ fileOffset }) => fileOffset),
  )
  const multiboot2 = findMultiboot2(windows)
  const multiboot1 = findMultiboot1(windows, elf.bits)
  const pvh = pvhNote(source, elf)
  const flaws = [...multiboot2.flaws, ...multiboot1.flaws]
  if (pvh.lost) flaws.push(lostNote(pvh.lost))
  const all = [multiboot2.header, multiboot1.header, pvh.note]
  const found = all.filter((contract) => contract !== null)
  const limine = found.length === 0 ? limineFlaw(windows) : null
  return { contracts: found, flaws, limine }
}

/** Loaders look through PT_NOTE segments; a note that only a section holds is `lost` to them. */
function pvhNote(source: ByteSource, elf: ElfFile): { note: PvhNote | null; lost: PvhNote | null } {
  const search = (places: readonly { fileOffset: bigint; size: bigint }[]): PvhNote | null => {
    for (const { fileOffset, size } of places.slice(0, maxNotes)) {
      const note = findPvhNote(readRange(source, fileOffset, size < maxNoteSize ? size : maxNoteSize))
      if (note !== null) return note
    }
    return null
  }
  const programs = elf.programs.filter(({ type }) => type === 'note')
  const note = search(programs.map(({ fileOffset, fileSize }) => ({ fileOffset, size: fileSize })))
  if (note !== null) return { note, lost: null }
  return { note: null, lost: search(elf.sections.filter(({ type }) => type === 'note')) }
}

function lostNote(note: PvhNote): Flaw {
  return {
    id: 'pvh-note-not-loaded',
    severity: 'warning',
    what: `a PVH note (entry ${hex(note.entry)}) lies in a section, but no PT_NOTE program header covers it`,
    consequence: 'loaders read program headers only and do not find it',
    mend: "add `note PT_NOTE;` to the linker script's PHDRS and place the section with `:note` (and its segment)",
  }
}
