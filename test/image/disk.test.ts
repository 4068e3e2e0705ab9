import { expect, test } from 'vitest'
import type { DiskImage } from '../../src/image/image.ts'
import { Fields } from './elf-bytes.ts'
import { flawsOf, read } from './told.ts'

const efiSystem = '28732ac11ff8d211ba4b00a0c93ec93b'
const linux = 'af3dc60f838472478e793d69d8477de4'

function disk(sectors: number): Fields {
  return new Fields(new Uint8Array(sectors * 512)).byte(0, 0xfa)
}

function signed(fields: Fields): Fields {
  return fields.half(510, 0xaa55)
}

function partition(
  fields: Fields,
  index: number,
  status: number,
  type: number,
  first: number,
  count: number,
): Fields {
  const at = 446 + index * 16
  return fields
    .byte(at, status)
    .byte(at + 4, type)
    .word(at + 8, first)
    .word(at + 12, count)
}

function readDisk(bytes: Uint8Array): DiskImage {
  const image = read(bytes)
  if (image.kind !== 'disk') throw new Error(`a disk was expected, not ${image.kind}`)
  return image
}

/** A GPT with entries of `entrySize` bytes in the third sector. */
function gpt(
  fields: Fields,
  entries: readonly { type: string; name: string; flags: number }[],
  entrySize = 128,
): Fields {
  fields
    .text(512, 'EFI PART')
    .long(512 + 72, 2n)
    .word(512 + 80, 128)
    .word(512 + 84, entrySize)
  entries.forEach(({ type, name, flags }, index) => {
    const at = 1024 + index * entrySize
    fields.bytes.set(Buffer.from(type, 'hex'), at)
    fields
      .long(at + 32, BigInt(64 + index * 16))
      .long(at + 40, BigInt(64 + index * 16 + 15))
      .byte(at + 48, flags)
    fields.bytes.set(Buffer.from(name, 'utf16le'), at + 56)
  })
  return fields
}

test('a boot sector alone', () => {
  const image = readDisk(signed(disk(1)).bytes)
  expect(image).toMatchObject({
    bootSignature: true,
    gpt: false,
    efiSystem: false,
    partitions: [],
    flaws: [],
  })
})

test('partitions of an MBR', () => {
  const fields = signed(disk(100))
  partition(fields, 0, 0x80, 0x20, 1, 10)
  partition(fields, 2, 0, 0xef, 11, 89)
  const image = readDisk(fields.bytes)
  expect(image.partitions).toEqual([
    { number: 1, type: '0x20', name: 'bootloader stage', bootable: true, firstSector: 1, sectors: 10 },
    { number: 3, type: '0xef', name: 'EFI system', bootable: false, firstSector: 11, sectors: 89 },
  ])
  expect(image).toMatchObject({ efiSystem: true, flaws: [] })
})

test('code where a table would be is no table', () => {
  const fields = signed(disk(4))
  partition(fields, 0, 0, 0x83, 1, 1)
  partition(fields, 1, 0x80, 0xcd, 1, 1)
  partition(fields, 3, 0x31, 0xc0, 0x1234_5678, 0x1234_5678)
  expect(readDisk(fields.bytes)).toMatchObject({ partitions: [], flaws: [] })
})

test('a table with an entry of no known status', () => {
  const fields = signed(disk(100))
  partition(fields, 0, 0x80, 0x83, 1, 10)
  partition(fields, 1, 0x42, 0x83, 11, 10)
  expect(flawsOf(fields.bytes, 'partition-status')).toMatchInlineSnapshot(`
    "warning partition-status
      partition 2 has the status 0x42, which is neither 00 nor 80
      the usual boot sectors of an MBR answer "Invalid partition table", and operating systems find no partition
      make the table again with sfdisk; a boot sector that needs no table ends its code in front of byte 446"
  `)
})

test('an active entry of a type that is known makes a table, whatever the others say', () => {
  const fields = signed(disk(100))
  partition(fields, 0, 0x55, 0x83, 0xffff_fff0, 0x20)
  partition(fields, 1, 0x80, 0x83, 1, 10)
  expect(flawsOf(fields.bytes, 'partition-status')).toMatch(/partition 1 has the status 0x55/)
})

test('an active partition without sectors', () => {
  const fields = partition(signed(disk(100)), 1, 0x80, 0x83, 0, 0)
  expect(flawsOf(fields.bytes, 'partition-empty', 'two-active-partitions')).toMatchInlineSnapshot(`
    "warning partition-empty
      partition 2 is marked active and has no sectors
      the usual boot sectors of an MBR start what its entry points to, and no boot sector is there
      mark the partition with the boot loader as active: sfdisk --activate FILE NUMBER"
  `)
  expect(readDisk(fields.bytes).partitions).toEqual([])
  partition(fields, 2, 0, 0x83, 0, 0)
  expect(readDisk(fields.bytes).flaws).toHaveLength(1)
})

test('a FAT volume over the whole disk is one for UEFI firmware', () => {
  expect(readDisk(signed(disk(4)).text(54, 'FAT12   ').bytes).efiSystem).toBe(true)
  expect(readDisk(signed(disk(4)).text(82, 'FAT32   ').bytes).efiSystem).toBe(true)
  expect(readDisk(signed(disk(4)).text(54, 'NTFS').bytes).efiSystem).toBe(false)
  const mtools = partition(signed(disk(4)).text(82, 'FAT32   '), 0, 0x80, 0x0c, 0, 2880)
  expect(readDisk(mtools.bytes)).toMatchObject({ efiSystem: true, partitions: [], flaws: [] })
})

test('partitions of a GPT', () => {
  const fields = signed(disk(128))
  partition(fields, 0, 0, 0xee, 1, 127)
  gpt(fields, [
    { type: efiSystem, name: 'ESP', flags: 0 },
    { type: linux, name: '', flags: 4 },
  ])
  const image = readDisk(fields.bytes)
  expect(image).toMatchObject({ bootSignature: true, gpt: true, efiSystem: true, flaws: [] })
  expect(image.partitions).toEqual([
    {
      number: 1,
      type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
      name: 'ESP',
      bootable: false,
      firstSector: 64,
      sectors: 16,
    },
    {
      number: 2,
      type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
      name: 'Linux',
      bootable: true,
      firstSector: 80,
      sectors: 16,
    },
  ])
})

test('a GPT without 55 AA is for UEFI firmware only', () => {
  const bytes = gpt(disk(128), [{ type: efiSystem, name: 'ESP', flags: 0 }]).bytes
  expect(flawsOf(bytes, 'no-boot-signature')).toMatchInlineSnapshot(`
    "note no-boot-signature
      the first sector does not end with 55 AA
      a BIOS does not start this disk; UEFI firmware does
      nothing, if it is booted with firmware uefi; else install a boot sector"
  `)
})

test('a GPT whose entries are of an impossible size has none', () => {
  for (const size of [0, 127, 513, 0xffff_ffff]) {
    const bytes = gpt(signed(disk(128)), [], 128).word(512 + 84, size).bytes
    expect(readDisk(bytes)).toMatchObject({ gpt: true, partitions: [] })
  }
})

test('a disk that no firmware starts', () => {
  expect(flawsOf(disk(2).bytes, 'no-boot-signature')).toMatchInlineSnapshot(`
    "fatal no-boot-signature
      the first sector does not end with 55 AA
      a BIOS answers "No bootable device", and UEFI firmware finds no EFI system partition
      end the boot sector with times 510-($-$$) db 0 and dw 0xAA55; for a flat kernel binary hand over its ELF"
  `)
})

test('a disk of broken sectors', () => {
  expect(flawsOf(signed(disk(2)).bytes.subarray(0, 1000), 'not-whole-sectors')).toMatchInlineSnapshot(`
    "warning not-whole-sectors
      1000 bytes are not a multiple of 512
      a disk has whole sectors: the last 488 bytes are padded with zeros, or cannot be read at all
      fill it up: truncate -s %512 FILE, or in NASM times (-($-$$)) & 511 db 0"
  `)
})

test('a partition past the end', () => {
  const fields = signed(disk(100))
  partition(fields, 0, 0x80, 0x83, 1, 99)
  expect(flawsOf(fields.bytes, 'partition-past-end')).toBe('')
  partition(fields, 1, 0, 0x83, 100, 1)
  expect(flawsOf(fields.bytes, 'partition-past-end')).toMatchInlineSnapshot(`
    "warning partition-past-end
      partition 2 ends past the end of the image
      the image was cut short, or the table is of another disk: reads beyond the end fail
      make the image again, or correct the table with sfdisk"
  `)
})

test('a floppy disk is one by its size alone, and has no partitions', () => {
  expect(readDisk(signed(disk(2880)).bytes).floppy).toEqual({
    driveType: 4,
    cylinders: 80,
    heads: 2,
    sectorsPerTrack: 18,
  })
  expect(readDisk(signed(disk(2881)).bytes).floppy).toBeNull()
  expect(readDisk(partition(signed(disk(2880)), 0, 0x80, 1, 1, 2879).bytes).floppy).toBeNull()
})

test('a boot signature behind zeros', () => {
  const fields = signed(disk(100)).byte(0, 0)
  expect(flawsOf(fields.bytes, 'no-boot-code')).toMatchInlineSnapshot(`
    "warning no-boot-code
      the first sector has a boot signature and no code
      a BIOS starts it all the same, and the processor runs through zeros
      install a boot loader; a disk that only holds data is attached with the option disks"
  `)
  expect(flawsOf(fields.byte(445, 1).bytes, 'no-boot-code')).toBe('')
})

test('a GPT whose entries are nowhere', () => {
  const fields = gpt(signed(disk(128)), [])
  expect(flawsOf(fields.bytes, 'gpt-damaged')).toBe('')
  expect(flawsOf(fields.word(512 + 72, 0x7fff_ffff).bytes, 'gpt-damaged')).toMatchInlineSnapshot(`
    "warning gpt-damaged
      the GPT does not say where its entries are
      neither UEFI firmware nor an operating system finds the partitions
      make the table again with sgdisk, or let gdisk recover it from its second copy"
  `)
})

test('partitions on each other, or on the table', () => {
  const fields = signed(disk(100))
  partition(fields, 0, 0x80, 0x83, 1, 50)
  partition(fields, 1, 0, 0x83, 60, 40)
  partition(fields, 2, 0, 0x83, 51, 9)
  expect(flawsOf(fields.bytes, 'partitions-overlap')).toBe('')
  partition(fields, 2, 0, 0x83, 50, 9)
  expect(flawsOf(fields.bytes, 'partitions-overlap')).toMatchInlineSnapshot(`
    "warning partitions-overlap
      partitions 1 and 3 share sectors
      what is written to one of them destroys the other
      make the image again, or correct the table with sfdisk"
  `)
  partition(fields, 2, 0, 0x83, 0, 1)
  expect(flawsOf(fields.bytes, 'partitions-overlap')).toMatchInlineSnapshot(`
    "warning partitions-overlap
      partition 3 begins at sector 0, where the partition table is
      what is written to one of them destroys the other
      make the image again, or correct the table with sfdisk"
  `)
})

test('two active partitions', () => {
  const fields = signed(disk(100))
  partition(fields, 0, 0x80, 0x83, 1, 10)
  partition(fields, 3, 0x80, 0x83, 11, 10)
  expect(flawsOf(fields.bytes, 'two-active-partitions')).toMatchInlineSnapshot(`
    "warning two-active-partitions
      partitions 1 and 4 are marked active
      the usual boot sectors of an MBR answer "Invalid partition table" and start none of them
      leave one of them active: sfdisk --activate FILE NUMBER"
  `)
})

test('who looks for the active partition counts those without sectors', () => {
  const fields = signed(disk(100))
  partition(fields, 0, 0x80, 0, 0, 0)
  partition(fields, 1, 0x80, 0x83, 1, 10)
  partition(fields, 2, 0x80, 0x83, 11, 10)
  expect(flawsOf(fields.bytes, 'two-active-partitions')).toContain('partitions 1, 2 and 3 are marked active')
})

test('an MBR that protects a GPT which is not there', () => {
  const fields = partition(signed(disk(100)), 0, 0, 0xee, 1, 99)
  expect(flawsOf(fields.bytes, 'protective-without-gpt')).toMatchInlineSnapshot(`
    "warning protective-without-gpt
      the MBR protects a GPT, but the second sector has none
      neither UEFI firmware nor an operating system finds the partitions
      make the table again with sgdisk; where only its first copy is gone, gdisk recovers it from the last"
  `)
  expect(flawsOf(gpt(fields, []).bytes, 'protective-without-gpt')).toBe('')
})

test('a FAT volume that was cut short', () => {
  const fat = signed(disk(100)).text(54, 'FAT12   ').half(11, 512).half(19, 100)
  expect(flawsOf(fat.bytes, 'file-system-past-end')).toBe('')
  expect(flawsOf(fat.bytes.subarray(0, 90 * 512), 'file-system-past-end')).toMatchInlineSnapshot(`
    "warning file-system-past-end
      the FAT volume claims 100 sectors of 512 bytes; the file has 46080 bytes
      the image was cut short, or never filled up: what lies behind its end is not there
      make the image again, or fill it up: truncate -s 51200 FILE"
  `)
  const large = signed(disk(100)).text(82, 'FAT32   ').half(11, 512).word(32, 101)
  expect(flawsOf(large.bytes, 'file-system-past-end')).toContain('101 sectors of 512 bytes')
})
