import { LittleEndian, padded } from '../support/bytes.ts'
import { floppyFormatOf } from '../support/floppy-formats.ts'
import { hex } from '../support/hex.ts'
import type { ByteSource } from './byte-source.ts'
import { fatFlaws, isFat } from './fat.ts'
import type { Flaw } from './flaw.ts'
import { efiSystemType, readGpt } from './gpt.ts'
import type { DiskImage } from './image.ts'
import { partitionTableAt, readMbr } from './mbr.ts'
import { partitionFlaws } from './partition-flaws.ts'
import { sectorSize } from './sector.ts'

const signatureAt = 510
const efiSystemByte = 0xef

/** Whether the first sector ends with 55 AA (a BIOS asks for no more). */
export function hasBootSignature(firstSector: Uint8Array): boolean {
  return firstSector[signatureAt] === 0x55 && firstSector[signatureAt + 1] === 0xaa
}

/** Reads a raw disk: the first sector and a GPT where there is one, whatever the size. */
export function readDisk(source: ByteSource): DiskImage {
  const sector = new LittleEndian(padded(source.read(0, sectorSize), sectorSize))
  const bootSignature = hasBootSignature(sector.bytes)
  const gpt = readGpt(source)
  const wholeFat = gpt === null && isFat(sector)
  const mbr = gpt === null && bootSignature && !wholeFat ? readMbr(sector, source.size) : null
  const partitions = gpt?.partitions ?? mbr?.partitions ?? []
  const efiSystem =
    wholeFat || partitions.some(({ type }) => type === efiSystemType || type === hex(efiSystemByte, 2))
  return {
    kind: 'disk',
    source,
    bootSignature,
    partitions,
    gpt: gpt !== null,
    floppy: partitions.length === 0 ? floppyFormatOf(source.size) : null,
    efiSystem,
    flaws: [
      ...diskFlaws(source, bootSignature, efiSystem),
      ...(bootSignature && !efiSystem && isBlank(sector.bytes) ? [noCode] : []),
      ...(gpt?.isDamaged ? [gptDamaged] : []),
      ...(mbr?.flaws ?? []),
      ...partitionFlaws(source.size, partitions, gpt !== null),
      ...(wholeFat ? fatFlaws(source.size, sector) : []),
    ],
  }
}

function diskFlaws(source: ByteSource, bootSignature: boolean, efiSystem: boolean): Flaw[] {
  const flaws: Flaw[] = []
  if (!bootSignature) flaws.push(noSignature(efiSystem))
  const rest = source.size % sectorSize
  if (rest !== 0) {
    flaws.push({
      id: 'not-whole-sectors',
      severity: 'warning',
      what: `${source.size} bytes are not a multiple of ${sectorSize}`,
      consequence: `a disk has whole sectors: the last ${rest} bytes are padded with zeros, or cannot be read at all`,
      mend: `fill it up: truncate -s %${sectorSize} FILE, or in NASM times (-($-$$)) & ${sectorSize - 1} db 0`,
    })
  }
  return flaws
}

/** No instruction in front of the partition table. */
const isBlank = (sector: Uint8Array) => sector.subarray(0, partitionTableAt).every((byte) => byte === 0)

const noCode: Flaw = {
  id: 'no-boot-code',
  severity: 'warning',
  what: 'the first sector has a boot signature and no code',
  consequence: 'a BIOS starts it all the same, and the processor runs through zeros',
  mend: 'install a boot loader; a disk that only holds data is attached with the option disks',
}

const gptDamaged: Flaw = {
  id: 'gpt-damaged',
  severity: 'warning',
  what: 'the GPT does not say where its entries are',
  consequence: 'neither UEFI firmware nor an operating system finds the partitions',
  mend: 'make the table again with sgdisk, or let gdisk recover it from its second copy',
}

function noSignature(efiSystem: boolean): Flaw {
  return {
    id: 'no-boot-signature',
    severity: efiSystem ? 'note' : 'fatal',
    what: 'the first sector does not end with 55 AA',
    consequence: efiSystem
      ? 'a BIOS does not start this disk; UEFI firmware does'
      : 'a BIOS answers "No bootable device", and UEFI firmware finds no EFI system partition',
    mend: efiSystem
      ? 'nothing, if it is booted with firmware uefi; else install a boot sector'
      : 'end the boot sector with times 510-($-$$) db 0 and dw 0xAA55; for a flat kernel binary hand over its ELF',
  }
}
