import { bytesSource } from '../../src/image/byte-source.ts'
import type {
  DiskImage,
  ElfImage,
  ElfSegment,
  IsoImage,
  LinuxImage,
  Multiboot2Tag,
} from '../../src/image/image.ts'

/** A file whose every byte is its offset, so that what lands in memory tells where it came from. */
const countingBytes = Uint8Array.from({ length: 0x4000 }, (_, index) => index & 0xff)

const noSymbols = { symbols: [], find: () => null, at: () => null, matches: () => [] }

/** A static ELF64 without a boot header: one segment at 1 MiB. */
export function elf(facts: Partial<ElfImage> = {}): ElfImage {
  return {
    kind: 'elf',
    source: bytesSource(countingBytes),
    flaws: [],
    bits: 64,
    type: 'executable',
    machine: 'x86-64',
    entry: 0x100010n,
    segments: [segment()],
    contracts: [],
    symbols: noSymbols,
    ...facts,
  }
}

/** Read and execute, 0x1000 bytes of file offset 0x1000 at 1 MiB. */
export function segment(facts: Partial<ElfSegment> & { at?: bigint } = {}): ElfSegment {
  const { at = 0x100000n, ...rest } = facts
  return {
    index: 0,
    virtualAddress: at,
    physicalAddress: at,
    fileOffset: 0x1000,
    fileSize: 0x1000,
    memorySize: 0x1000n,
    readable: true,
    writable: false,
    executable: true,
    ...rest,
  }
}

export function multiboot1Elf(flags = 0, facts: Partial<ElfImage> = {}): ElfImage {
  return elf({
    bits: 32,
    contracts: [{ kind: 'multiboot1', fileOffset: 0x1000, flags, load: null }],
    ...facts,
  })
}

export function multiboot2Elf(tags: readonly Multiboot2Tag[] = [], facts: Partial<ElfImage> = {}): ElfImage {
  return elf({ contracts: [{ kind: 'multiboot2', fileOffset: 0x1000, tags }], ...facts })
}

/** A header tag with 32-bit fields. */
export function tag(type: number, fields: readonly number[], optional = false): Multiboot2Tag {
  return { type, optional, payload: new Uint8Array(Uint32Array.from(fields).buffer) }
}

export function linuxImage(facts: Partial<LinuxImage> = {}): LinuxImage {
  const bytes = new Uint8Array(0x3000)
  bytes[0x201] = 0x6a
  bytes.fill(0x11, 0x1f1, 0x201)
  bytes.fill(0x22, 0x202, 0x26c)
  bytes.fill(0xcc, 0x400)
  return {
    kind: 'linux',
    source: bytesSource(bytes),
    flaws: [],
    protocolVersion: 0x20f,
    version: '6.1',
    setupSize: 0x400,
    loadedHigh: true,
    has64BitEntry: true,
    relocatable: true,
    alignment: 0x200000,
    preferredAddress: 0x1000000n,
    initSize: 0x800000,
    initrdMaxAddress: 0x7fffffff,
    commandLineMax: 2047,
    ...facts,
  }
}

export function diskImage(facts: Partial<DiskImage> = {}): DiskImage {
  return {
    kind: 'disk',
    source: bytesSource(new Uint8Array(512)),
    flaws: [],
    bootSignature: true,
    partitions: [],
    gpt: false,
    floppy: null,
    efiSystem: false,
    ...facts,
  }
}

export function isoImage(facts: Partial<IsoImage> = {}): IsoImage {
  return {
    kind: 'iso',
    source: bytesSource(new Uint8Array(2048)),
    flaws: [],
    volume: 'KERNEL',
    bootEntries: [
      { platform: 'bios', emulation: 'none', loadSegment: 0, sectors: 4, startSector: 30 },
      { platform: 'uefi', emulation: 'none', loadSegment: 0, sectors: 4, startSector: 40 },
    ],
    hybrid: false,
    ...facts,
  }
}
