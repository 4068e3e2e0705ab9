import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IsoImage } from '../../src/image/image.ts'
import { Fields } from './elf-bytes.ts'
import { flawsOf, read } from './told.ts'

const sector = 2048

function readIso(bytes: Uint8Array): IsoImage {
  const image = read(bytes)
  if (image.kind !== 'iso') throw new Error(`an ISO was expected, not ${image.kind}`)
  return image
}

/** 32 sectors: the primary descriptor in 16, a boot record in 17 that names `catalogAt`, the end in 18. */
function iso(catalogAt: number | null): Fields {
  const fields = new Fields(new Uint8Array(32 * sector))
  fields
    .byte(16 * sector, 1)
    .text(16 * sector + 1, 'CD001')
    .text(16 * sector + 40, 'MY_OS'.padEnd(32))
  fields.word(16 * sector + 80, 32)
  if (catalogAt !== null) {
    fields.text(17 * sector + 1, 'CD001').text(17 * sector + 7, 'EL TORITO SPECIFICATION')
    fields.word(17 * sector + 71, catalogAt)
  }
  return fields.byte(18 * sector, 255).text(18 * sector + 1, 'CD001')
}

function validation(fields: Fields, at: number, platform: number): Fields {
  fields
    .byte(at, 1)
    .byte(at + 1, platform)
    .half(at + 30, 0xaa55)
  return fields.half(at + 28, -(1 + (platform << 8) + 0xaa55) & 0xffff)
}

function entry(fields: Fields, at: number, indicator: number, emulation: number, start: number): Fields {
  return fields
    .byte(at, indicator)
    .byte(at + 1, emulation)
    .half(at + 6, 4)
    .word(at + 8, start)
}

const catalog = 20 * sector

test('entries of the catalog, for BIOS and UEFI', () => {
  const fields = validation(iso(20), catalog, 0)
  entry(fields, catalog + 32, 0x88, 0, 24).half(catalog + 34, 0x1000)
  fields
    .byte(catalog + 64, 0x90)
    .byte(catalog + 65, 0xef)
    .half(catalog + 66, 2)
  entry(fields, catalog + 96, 0x88, 0, 25)
  fields.byte(catalog + 128, 0x44)
  entry(fields, catalog + 160, 0x00, 0, 26)
  fields
    .byte(catalog + 192, 0x91)
    .byte(catalog + 193, 0)
    .half(catalog + 194, 1)
  entry(fields, catalog + 224, 0x88, 2, 27)
  entry(fields, catalog + 256, 0x88, 4, 28)
  const image = readIso(fields.bytes)
  expect(image).toMatchObject({ volume: 'MY_OS', hybrid: false })
  expect(image.bootEntries).toEqual([
    { platform: 'bios', emulation: 'none', loadSegment: 0x1000, sectors: 4, startSector: 24 },
    { platform: 'uefi', emulation: 'none', loadSegment: 0, sectors: 4, startSector: 25 },
    { platform: 'bios', emulation: 'floppy-1.44', loadSegment: 0, sectors: 4, startSector: 27 },
  ])
})

test('an image without a boot record', () => {
  expect(flawsOf(iso(null).bytes, 'no-boot-catalog')).toMatchInlineSnapshot(`
    "fatal no-boot-catalog
      no El Torito boot record
      the image holds files only: firmware finds nothing on it to start
      name a boot image when making it (xorriso -as mkisofs -b boot.bin -no-emul-boot), or use grub-mkrescue"
  `)
  expect(flawsOf(iso(null).half(510, 0xaa55).bytes, 'no-boot-catalog')).toMatchInlineSnapshot(`
    "warning no-boot-catalog
      no El Torito boot record
      the image holds files only: firmware finds nothing on it to start, unless it is attached as a disk
      name a boot image when making it (xorriso -as mkisofs -b boot.bin -no-emul-boot), or use grub-mkrescue"
  `)
})

test('catalogs that firmware cannot read', () => {
  const flaw = (fields: Fields): string => flawsOf(fields.bytes, 'boot-catalog')
  expect(flaw(iso(99))).toMatchInlineSnapshot(`
    "fatal boot-catalog
      the El Torito boot catalog at sector 99 lies past the end of the image
      firmware finds nothing on the image to start
      make the image again with xorriso or grub-mkrescue; do not edit the catalog by hand"
  `)
  const sound = validation(iso(20), catalog, 0)
  expect(flaw(sound)).toMatchInlineSnapshot(`
    "fatal boot-catalog
      the El Torito boot catalog marks no entry as bootable
      firmware finds nothing on the image to start
      make the image again with xorriso or grub-mkrescue; do not edit the catalog by hand"
  `)
  expect(flaw(sound.byte(catalog + 4, 1))).toMatchInlineSnapshot(`
    "fatal boot-catalog
      the El Torito boot catalog at sector 20 has a wrong checksum
      firmware finds nothing on the image to start
      make the image again with xorriso or grub-mkrescue; do not edit the catalog by hand"
  `)
  expect(flaw(sound.byte(catalog + 30, 0))).toMatchInlineSnapshot(`
    "fatal boot-catalog
      the El Torito boot catalog at sector 20 lacks the key bytes 55 AA
      firmware finds nothing on the image to start
      make the image again with xorriso or grub-mkrescue; do not edit the catalog by hand"
  `)
  expect(flaw(sound.byte(catalog, 2))).toMatchInlineSnapshot(`
    "fatal boot-catalog
      the El Torito boot catalog at sector 20 begins with 0x02, not 0x01
      firmware finds nothing on the image to start
      make the image again with xorriso or grub-mkrescue; do not edit the catalog by hand"
  `)
})

test('an entry past the end', () => {
  const fields = entry(validation(iso(20), catalog, 0), catalog + 32, 0x88, 0, 32)
  expect(flawsOf(fields.bytes, 'boot-entry-past-end')).toMatchInlineSnapshot(`
    "warning boot-entry-past-end
      the boot image for bios begins at sector 32, past the end of the image
      firmware cannot read what it is told to start
      make or download the image again: it was cut short"
  `)
})

test('an entry whose floppy disk, or whose sectors, end past the end', () => {
  const floppy = entry(validation(iso(20), catalog, 0), catalog + 32, 0x88, 2, 24)
  expect(flawsOf(floppy.bytes, 'boot-entry-past-end')).toMatchInlineSnapshot(`
    "warning boot-entry-past-end
      the boot image for bios ends past the end of the image
      firmware cannot read what it is told to start
      make or download the image again: it was cut short"
  `)
  const plain = entry(validation(iso(20), catalog, 0), catalog + 32, 0x88, 0, 31)
  expect(flawsOf(plain.bytes, 'boot-entry-past-end')).toBe('')
  expect(flawsOf(plain.half(catalog + 38, 5).bytes, 'boot-entry-past-end')).toContain('ends past the end')
})

test('an entry that no BIOS can start', () => {
  const sound = () => entry(validation(iso(20), catalog, 0), catalog + 32, 0x88, 0, 24)
  const unusable = (fields: Fields) => flawsOf(fields.bytes, 'boot-entry-unusable')
  expect(unusable(sound())).toBe('')
  expect(unusable(sound().half(catalog + 38, 0))).toMatchInlineSnapshot(`
    "warning boot-entry-unusable
      the boot image for bios has no sectors that are to be loaded
      a BIOS passes the CD over, or starts what is not there
      make the image again, with -no-emul-boot and -boot-load-size 4 (xorriso -as mkisofs), or with grub-mkrescue"
  `)
  expect(unusable(sound().byte(catalog + 33, 9))).toMatchInlineSnapshot(`
    "warning boot-entry-unusable
      the boot image for bios is of a kind that El Torito does not have
      a BIOS passes the CD over, or starts what is not there
      make the image again, with -no-emul-boot and -boot-load-size 4 (xorriso -as mkisofs), or with grub-mkrescue"
  `)
  expect(unusable(sound().byte(catalog + 33, 4))).toMatchInlineSnapshot(`
    "warning boot-entry-unusable
      the boot image for bios is a hard disk without a partition
      a BIOS passes the CD over, or starts what is not there
      make the image again, with -no-emul-boot and -boot-load-size 4 (xorriso -as mkisofs), or with grub-mkrescue"
  `)
  expect(
    unusable(
      sound()
        .byte(catalog + 33, 4)
        .byte(24 * 2048 + 450, 0x83),
    ),
  ).toBe('')
})

test('an image cut short', () => {
  const fields = entry(validation(iso(20), catalog, 0), catalog + 32, 0x88, 0, 24)
  expect(flawsOf(fields.bytes.subarray(0, 31 * sector), 'iso-past-end')).toMatchInlineSnapshot(`
    "warning iso-past-end
      the volume claims 32 sectors of 2048 bytes; the file has 31
      the image was cut short: files near its end cannot be read
      make or download it again"
  `)
})

test('an image whose descriptors never end', () => {
  const fields = new Fields(new Uint8Array(64 * sector))
  for (let index = 16; index < 64; index++) fields.byte(index * sector, 2).text(index * sector + 1, 'CD001')
  expect(readIso(fields.bytes).bootEntries).toEqual([])
})

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-iso-'))
beforeAll(() => {
  mkdirSync(join(folder, 'files'))
  writeFileSync(join(folder, 'files', 'boot.bin'), new Uint8Array(2048))
  writeFileSync(join(folder, 'files', 'efi.img'), new Uint8Array(4096))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('reads what xorriso makes', () => {
  const made = join(folder, 'made.iso')
  const bios = ['-b', 'boot.bin', '-no-emul-boot', '-boot-load-size', '4']
  const uefi = ['-eltorito-alt-boot', '-e', 'efi.img', '-no-emul-boot']
  const options = ['-as', 'mkisofs', '-quiet', '-V', 'KERNELTEST', ...bios, ...uefi, '-o', made]
  execFileSync('xorriso', [...options, join(folder, 'files')], { stdio: 'pipe' })
  const image = readIso(readFileSync(made))
  expect(image).toMatchObject({ volume: 'KERNELTEST', hybrid: false, flaws: [] })
  expect(image.bootEntries).toMatchObject([
    { platform: 'bios', emulation: 'none', sectors: 4 },
    { platform: 'uefi', emulation: 'none' },
  ])
})
