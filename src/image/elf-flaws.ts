import type { ElfFile } from './elf.ts'
import type { SymbolSections } from './elf-symbols.ts'
import type { Flaw } from './flaw.ts'
import type { BootContract } from './image.ts'

/** What is wrong with the file as a whole, segments and entry apart. */
export function elfFlaws(
  elf: ElfFile,
  contracts: readonly BootContract[],
  headerFlaws: readonly Flaw[],
  symbols: SymbolSections | null,
): Flaw[] {
  const flaws: Flaw[] = []
  if (elf.programs.some(({ type }) => type === 'interpreter')) {
    flaws.push({
      id: 'needs-interpreter',
      severity: 'fatal',
      what: 'the program asks for a dynamic loader (PT_INTERP)',
      consequence: 'this is a program for an operating system: nothing on the bare machine can start it',
      mend: 'link the kernel with -static -nostdlib, for a bare-metal target such as x86_64-unknown-none',
    })
  } else if (elf.type === 'shared') {
    flaws.push({
      id: 'position-independent',
      severity: 'note',
      what: 'the kernel is position-independent (ET_DYN)',
      consequence:
        'it is loaded where its headers say and nobody applies its relocations: it must do so itself',
      mend: 'link with -no-pie (Rust: -C relocation-model=static), unless it relocates itself',
    })
  }
  if (contracts.length === 0) flaws.push(noBootHeader(elf, headerFlaws.length > 0))
  if (elf.sectionsPastEnd) {
    flaws.push({
      id: 'sections-past-end',
      severity: 'warning',
      what: 'the section headers lie past the end of the file, or have a size of their own',
      consequence: 'the file was probably cut short; its symbols cannot be read',
      mend: 'build or download it again',
    })
  }
  flaws.push(...symbolFlaws(symbols))
  return flaws
}

function noBootHeader(elf: ElfFile, found: boolean): Flaw {
  const what = found ? 'no boot header that a loader would find' : 'no boot header'
  const refused = "QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'"
  if (elf.bits === 64 && elf.type === 'executable') {
    return {
      id: 'no-boot-header',
      severity: 'note',
      what,
      consequence: `${refused}; kerneltest starts it directly in 64-bit mode`,
      mend: 'nothing, if your own loader starts it so; else add a multiboot2 header or a PVH note',
    }
  }
  if (elf.bits === 64) {
    return {
      id: 'no-boot-header',
      severity: 'fatal',
      what,
      consequence: `${refused}; kerneltest starts a 64-bit kernel without one only where it is linked for fixed addresses`,
      mend: 'link with -no-pie (Rust: -C relocation-model=static), or add a multiboot2 header',
    }
  }
  return {
    id: 'no-boot-header',
    severity: 'fatal',
    what,
    consequence: `${refused}; a 32-bit kernel without one says nowhere in which state it wants to start`,
    mend: 'add a multiboot header: dd 0x1BADB002, 0, -0x1BADB002 in the first 8 KiB, on a 4-byte boundary',
  }
}

function symbolFlaws(symbols: SymbolSections | null): Flaw[] {
  if (symbols === null) {
    return [
      {
        id: 'no-symbols',
        severity: 'note',
        what: 'no symbol table',
        consequence: 'reports show bare addresses, and `until` takes addresses only',
        mend: 'keep the symbols: no strip, no -s, in Cargo.toml strip = false (they cost the guest nothing)',
      },
    ]
  }
  if (symbols.claimed === BigInt(symbols.count)) return []
  return [
    {
      id: 'symbols-cut',
      severity: 'warning',
      what: `the symbol table claims ${symbols.claimed} symbols; ${symbols.count} of them are read`,
      consequence: 'places named by the others are shown as bare addresses',
      mend: 'build the file again; a kernel of that many symbols is unheard of',
    },
  ]
}
