import { expect, test } from 'vitest'
import { bootDisc, emulations } from '../engines/boot-disc.ts'
import { Fields } from './elf-bytes.ts'
import { toldOfMedium } from './told.ts'

const kinds = ['disk', 'floppy', 'cdrom'] as const
const disc = bootDisc({ media: emulations.none, image: new Uint8Array(2048) })

/** 64 KiB that begin with the text. */
const beginning = (text: string) => new Fields(new Uint8Array(65_536)).text(0, text).bytes

test('a disk that only virtual machines read is refused in every drive', () => {
  const vhdx = kinds.map((kind) => toldOfMedium(kind, beginning('vhdxfile')))
  expect(new Set(vhdx)).toEqual(
    new Set(['KT1011: medium is a VHDX disk\n  Convert it first: qemu-img convert -O raw FILE disk.img']),
  )
})

test('what was hardly meant to be read as it is', () => {
  expect(toldOfMedium('disk', beginning('PK\x03\x04'))).toMatchInlineSnapshot(`
    "warning not-raw
      the file is a zip archive
      the guest finds its bytes on the medium as they are
      unpack it first: unzip FILE"
  `)
  expect(toldOfMedium('floppy', new TextEncoder().encode('drive=a\n'))).toMatchInlineSnapshot(`
    "warning not-raw
      the file is a text file
      the guest finds its bytes on the medium as they are
      name the image that the build makes"
  `)
  expect(toldOfMedium('cdrom', beginning('!<arch>\n'))).toMatchInlineSnapshot(`
    "warning not-raw
      the file is a static library
      the guest finds its bytes on the medium as they are
      link it into a kernel first (Rust: a binary crate, or crate-type = ["bin"])"
  `)
})

test('a medium in a drive of another kind', () => {
  expect(kinds.map((kind) => toldOfMedium(kind, disc))).toMatchInlineSnapshot(`
    [
      "",
      "warning cd-in-floppy-drive
      a floppy drive has an ISO 9660 image in it
      the guest finds a floppy disk without a file system that floppy disks have
      put it into a drive for CDs: the option cds",
      "",
    ]
  `)
  expect(kinds.map((kind) => toldOfMedium(kind, beginning('\xeb\x3c\x90')))).toMatchInlineSnapshot(`
    [
      "",
      "",
      "warning no-volume
      sector 16 of the CD begins no volume of ISO 9660 or UDF
      neither a BIOS nor a file system of a guest finds anything on it
      make an ISO 9660 image (xorriso -as mkisofs), or attach the file with the option disks",
    ]
  `)
})

test('UDF alone is a volume; a file that ends before it is none', () => {
  const udf = beginning('')
  udf.set(Buffer.from('\0BEA01'), 16 * 2048)
  expect(toldOfMedium('cdrom', udf)).toBe('')
  for (const length of [0, 1, 32_768, 32_773]) {
    expect(toldOfMedium('cdrom', udf.subarray(0, length))).toMatch(/^warning no-volume\n/)
    expect(toldOfMedium('disk', udf.subarray(0, length))).toBe('')
  }
  expect(toldOfMedium('floppy', new Uint8Array())).toBe('')
})
