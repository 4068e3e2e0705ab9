import type { FloppyFormat } from '../support/floppy-formats.ts'
import type { ByteSource } from './byte-source.ts'
import type { Flaw } from './flaw.ts'
import type { SymbolTable } from './symbols.ts'

/** What a user brought, read into plain facts. `kerneltest inspect` tells the flaws; none stops a boot. */
export type Image = ElfImage | DiskImage | IsoImage | LinuxImage

interface ImageFacts {
  readonly source: ByteSource
  readonly flaws: readonly Flaw[]
}

export interface ElfImage extends ImageFacts {
  readonly kind: 'elf'
  readonly bits: 32 | 64
  readonly type: 'executable' | 'shared'
  /** The machine field: only x86 (3) and x86-64 (62) get this far. */
  readonly machine: 'x86' | 'x86-64'
  readonly entry: bigint
  readonly segments: readonly ElfSegment[]
  /** Every boot contract that a loader would find: multiboot2, then multiboot1, then PVH. */
  readonly contracts: readonly BootContract[]
  readonly symbols: SymbolTable
}

/**
 * One PT_LOAD that takes memory. Addresses are exact 64-bit values; the range in the file is as the header
 * says, and may lie past its end (a fatal flaw, `segment-past-end`).
 */
export interface ElfSegment {
  /** Among the program headers. */
  readonly index: number
  readonly virtualAddress: bigint
  readonly physicalAddress: bigint
  readonly fileOffset: number
  readonly fileSize: number
  readonly memorySize: bigint
  readonly readable: boolean
  readonly writable: boolean
  readonly executable: boolean
}

export type BootContract = Multiboot1Header | Multiboot2Header | PvhNote

/** Multiboot 0.6.96 §3.1. The load addresses are there when bit 16 of `flags` is set. */
export interface Multiboot1Header {
  readonly kind: 'multiboot1'
  readonly fileOffset: number
  readonly flags: number
  readonly load: {
    readonly header: number
    readonly loadStart: number
    readonly loadEnd: number
    readonly bssEnd: number
    readonly entry: number
  } | null
}

/** Multiboot2 2.0 §3.1. */
export interface Multiboot2Header {
  readonly kind: 'multiboot2'
  readonly fileOffset: number
  readonly tags: readonly Multiboot2Tag[]
}

export interface Multiboot2Tag {
  readonly type: number
  readonly optional: boolean
  /** The tag's bytes after type, flags and size. */
  readonly payload: Uint8Array
}

/** XEN_ELFNOTE_PHYS32_ENTRY (type 18, name "Xen"). */
export interface PvhNote {
  readonly kind: 'pvh'
  readonly entry: bigint
}

export interface DiskImage extends ImageFacts {
  readonly kind: 'disk'
  /** 55 AA at the end of the first sector: a BIOS starts it. */
  readonly bootSignature: boolean
  /** Of the GPT where there is one, else of the MBR. */
  readonly partitions: readonly Partition[]
  /** A GPT header in the second sector. */
  readonly gpt: boolean
  /** Of a size that floppy disks have, and not divided into partitions. */
  readonly floppy: FloppyFormat | null
  /** An EFI system partition, or FAT over the whole disk: UEFI firmware looks there for a loader. */
  readonly efiSystem: boolean
}

export interface Partition {
  /** As Linux counts them, from 1. */
  readonly number: number
  /** The MBR's type byte as `0x83`, or the GPT's type GUID in upper case. */
  readonly type: string
  /** The GPT's label, or what the type is commonly called; empty where neither is known. */
  readonly name: string
  /** Marked active in an MBR, or "legacy BIOS bootable" in a GPT. */
  readonly bootable: boolean
  /** In sectors of 512 bytes. */
  readonly firstSector: number
  readonly sectors: number
}

export interface IsoImage extends ImageFacts {
  readonly kind: 'iso'
  /** The volume identifier. */
  readonly volume: string
  readonly bootEntries: readonly ElToritoEntry[]
  /** 55 AA at the end of the first sector: the same file also boots as a disk (a USB stick). */
  readonly hybrid: boolean
}

/** One bootable entry of an El Torito catalog (El Torito 1.0 §2). */
export interface ElToritoEntry {
  readonly platform: 'bios' | 'uefi' | 'other'
  readonly emulation: 'none' | 'floppy-1.2' | 'floppy-1.44' | 'floppy-2.88' | 'hard-disk' | 'unknown'
  /** Real-mode segment; 0 means 0x7c0. */
  readonly loadSegment: number
  /** Virtual sectors of 512 bytes that a BIOS loads. */
  readonly sectors: number
  /** In sectors of 2048 bytes. */
  readonly startSector: number
}

/** A Linux bzImage (Documentation/arch/x86/boot.rst). */
export interface LinuxImage extends ImageFacts {
  readonly kind: 'linux'
  /** 0x020f is 2.15. */
  readonly protocolVersion: number
  readonly version: string | null
  /** Bytes of the boot sector and real-mode setup code; the protected-mode kernel follows. */
  readonly setupSize: number
  readonly loadedHigh: boolean
  /** XLF_KERNEL_64: has the 64-bit entry at +0x200. */
  readonly has64BitEntry: boolean
  readonly relocatable: boolean
  readonly alignment: number
  readonly preferredAddress: bigint
  /** Memory the kernel needs from its load address before it looks at the memory map. */
  readonly initSize: number
  readonly initrdMaxAddress: number
  readonly commandLineMax: number
}
