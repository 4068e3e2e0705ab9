import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { inspectCommand } from '../../src/cli/inspect.ts'
import { type Inspection, inspection } from '../../src/cli/inspection.ts'
import { inspectionText } from '../../src/cli/inspection-text.ts'
import { KernelTestError } from '../../src/support/errors.ts'
import { elfBytes, soundProgram } from '../image/elf-bytes.ts'
import {
  bootableIso,
  bzImage,
  flawedKernel,
  multibootKernel,
  partitionedDisk,
  screenKernel,
} from '../image/samples.ts'
import { read } from '../image/told.ts'
import { kernel } from '../kernels/build.ts'

/** The wording of a way that fails is the boot's, and tested there: here its code is enough. */
function inspected(bytes: Uint8Array, path: string): Inspection {
  const found = inspection(read(bytes), { path, sha256: 'ab'.repeat(32) })
  const ways = found.ways.map((way) => ({
    ...way,
    problem: way.problem && { code: way.problem.code, reason: 'REASON', hint: 'HINT' },
  }))
  return { ...found, ways }
}

function text(bytes: Uint8Array, path: string): string {
  return inspectionText(inspected(bytes, path))
}

test('a multiboot kernel without a flaw', () => {
  expect(text(multibootKernel(), 'build/kernel.elf')).toMatchInlineSnapshot(`
    "build/kernel.elf: ELF32 executable for x86

      size          4,738 bytes
      sha256        abababababababababababababababababababababababababababababababab
      entry         0x10000c (start)
      symbols       2
      boot headers  multiboot1 at 0x1000, flags 0x3

    segments:
      #   virtual  physical  in file  in memory  access
      0  0x100000  0x100000    0x100      0x100  r-x
      1  0x101000  0x101000    0x100     0x4000  rw-

    ways to boot:
      multiboot1  chosen  the file has a multiboot1 header

    flaws: none
    "
  `)
})

test('a kernel with flaws that still starts', () => {
  expect(text(flawedKernel(), 'kernel.elf')).toMatchInlineSnapshot(`
    "kernel.elf: ELF64 executable for x86-64

      size          4,352 bytes
      sha256        abababababababababababababababababababababababababababababababab
      entry         0xffffffff88000000
      symbols       none
      boot headers  none

    segments:
      #             virtual            physical  in file  in memory  access
      0  0xffffffff88000000  0xffffffff88000000    0x100      0x100  rwx

    ways to boot:
      elf64  chosen  a static ELF64 without a boot header is started in 64-bit mode at its entry point
        note: segment 0: physical address 0xffffffff88000000 is no RAM, it is loaded at 0x200000

    flaws:
      warning: segment 0 has its physical address above 4 GiB [segment-above-4-gib]
        so:   multiboot and PVH load below 4 GiB only; a direct start in 64-bit mode finds them another place
        mend: give the sections a load address: .text : AT(ADDR(.text) - KERNEL_VIRTUAL_BASE) { … }
      warning: segment 0 is writable and executable [writable-executable-segment]
        so:   a stray write changes code without a fault, and injected data can run
        mend: put .text into a segment of its own: PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
      note: no boot header [no-boot-header]
        so:   QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'; kerneltest starts it directly in 64-bit mode
        mend: nothing, if your own loader starts it so; else add a multiboot2 header or a PVH note
      note: no symbol table [no-symbols]
        so:   reports show bare addresses, and \`until\` takes addresses only
        mend: keep the symbols: no strip, no -s, in Cargo.toml strip = false (they cost the guest nothing)
    "
  `)
})

test('a kernel that fails in its plan', () => {
  expect(text(screenKernel(), 'kernel.elf')).toMatchInlineSnapshot(`
    "kernel.elf: ELF32 executable for x86

      size          4,352 bytes
      sha256        abababababababababababababababababababababababababababababababab
      entry         0xb8010
      symbols       none
      boot headers  multiboot1 at 0x1000, flags 0x0

    segments:
      #  virtual  physical  in file  in memory  access
      0  0xb8000   0xb8000    0x100      0x100  r-x

    ways to boot:
      multiboot1  the file has a multiboot1 header
        fails with KT2003: REASON
        mend: HINT
      none is chosen: the first is the default, and it fails

    flaws:
      warning: segment 0 lies where the PC keeps video memory, ROM or BIOS data [segment-in-low-memory]
        so:   what is loaded there is lost, or overwrites what firmware and boot loader still need
        mend: load at 1 MiB or above: . = 1M; in the linker script
      note: no symbol table [no-symbols]
        so:   reports show bare addresses, and \`until\` takes addresses only
        mend: keep the symbols: no strip, no -s, in Cargo.toml strip = false (they cost the guest nothing)
    "
  `)
})

test('a kernel with a fatal flaw', () => {
  const bytes = elfBytes({ programs: [{ ...soundProgram, memorySize: 1n }] })
  expect(text(bytes, 'kernel.elf')).toMatchInlineSnapshot(`
    "kernel.elf: ELF64 executable for x86-64

      size          4,352 bytes
      sha256        abababababababababababababababababababababababababababababababab
      entry         0x100000
      symbols       none
      boot headers  none

    segments:
      #   virtual  physical  in file  in memory  access
      0  0x100000  0x100000    0x100        0x1  r-x

    ways to boot:
      elf64  a static ELF64 without a boot header is started in 64-bit mode at its entry point
        fails with KT2004: REASON
        mend: HINT
      none is chosen: see the fatal flaws

    flaws:
      fatal: segment 0 has more bytes in the file than in memory [file-size-exceeds-memory-size]
        so:   the ELF specification forbids it, and loaders differ: refused here, cut off or overrunning there
        mend: let the linker write the sizes: p_memsz is p_filesz plus .bss
      note: no boot header [no-boot-header]
        so:   QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'; kerneltest starts it directly in 64-bit mode
        mend: nothing, if your own loader starts it so; else add a multiboot2 header or a PVH note
      note: no symbol table [no-symbols]
        so:   reports show bare addresses, and \`until\` takes addresses only
        mend: keep the symbols: no strip, no -s, in Cargo.toml strip = false (they cost the guest nothing)
    "
  `)
})

test('a disk', () => {
  expect(text(partitionedDisk(), 'disk.img')).toMatchInlineSnapshot(`
    "disk.img: raw disk

      size            32,939 bytes
      sha256          abababababababababababababababababababababababababababababababab
      boot signature  55 AA
      EFI system      found

    partitions:
      #  type  name        first sector  sectors  bootable
      1  0x83  Linux                  1       20  yes
      2  0xef  EFI system            21       43

    ways to boot:
      disk  chosen  a disk with the boot signature 55 AA and a file system for UEFI firmware (firmware bios or uefi)

    flaws:
      warning: 32939 bytes are not a multiple of 512 [not-whole-sectors]
        so:   a disk has whole sectors: the last 171 bytes are padded with zeros, or cannot be read at all
        mend: fill it up: truncate -s %512 FILE, or in NASM times (-($-$$)) & 511 db 0
    "
  `)
})

test('a disk that nothing starts', () => {
  expect(text(new Uint8Array(1024), 'disk.img')).toMatchInlineSnapshot(`
    "disk.img: raw disk

      size            1,024 bytes
      sha256          abababababababababababababababababababababababababababababababab
      boot signature  none
      EFI system      none

    ways to boot: none

    flaws:
      fatal: the first sector does not end with 55 AA [no-boot-signature]
        so:   a BIOS answers "No bootable device", and UEFI firmware finds no EFI system partition
        mend: end the boot sector with times 510-($-$$) db 0 and dw 0xAA55; for a flat kernel binary hand over its ELF
    "
  `)
})

test('an ISO', () => {
  expect(text(bootableIso(), 'os.iso')).toMatchInlineSnapshot(`
    "os.iso: ISO 9660 image

      size    65,536 bytes
      sha256  abababababababababababababababababababababababababababababababab
      volume  MY_OS
      hybrid  no

    boot entries:
      firmware  emulation  start sector  sectors of 512
      bios      none                 24               4
      uefi      none                 25            2880

    ways to boot:
      iso  chosen  a CD with El Torito boot entries for BIOS and UEFI (firmware bios or uefi)

    flaws: none
    "
  `)
})

test('a Linux kernel', () => {
  expect(text(bzImage(0x20f).bytes, 'vmlinuz')).toMatchInlineSnapshot(`
    "vmlinuz: Linux bzImage

      size           18,944 bytes
      sha256         abababababababababababababababababababababababababababababababab
      version        6.1.0-test (builder@host) #1 SMP
      boot protocol  2.15
      64-bit entry   yes
      setup code     2,560 bytes
      load address   0x1000000, relocatable
      command line   up to 2,047 bytes

    ways to boot:
      linux  chosen  a Linux bzImage, entered in 64-bit mode

    flaws: none
    "
  `)
})

test('JSON of a kernel', () => {
  expect(JSON.stringify(inspected(multibootKernel(), 'build/kernel.elf'), null, 2)).toMatchInlineSnapshot(`
    "{
      "path": "build/kernel.elf",
      "size": 4738,
      "sha256": "abababababababababababababababababababababababababababababababab",
      "kind": "elf",
      "boot": "multiboot1",
      "ways": [
        {
          "protocol": "multiboot1",
          "firmware": [],
          "reason": "the file has a multiboot1 header",
          "notes": [],
          "problem": null
        }
      ],
      "flaws": [],
      "elf": {
        "bits": 32,
        "type": "executable",
        "machine": "x86",
        "entry": {
          "address": "0x10000c",
          "symbol": "start"
        },
        "segments": [
          {
            "index": 0,
            "virtualAddress": "0x100000",
            "physicalAddress": "0x100000",
            "fileOffset": "0x1000",
            "fileSize": "0x100",
            "memorySize": "0x100",
            "access": "r-x"
          },
          {
            "index": 1,
            "virtualAddress": "0x101000",
            "physicalAddress": "0x101000",
            "fileOffset": "0x1000",
            "fileSize": "0x100",
            "memorySize": "0x4000",
            "access": "rw-"
          }
        ],
        "contracts": [
          {
            "kind": "multiboot1",
            "fileOffset": "0x1000",
            "flags": "0x3",
            "entry": null
          }
        ],
        "symbols": 2
      }
    }"
  `)
})

test('JSON of a kernel that cannot start', () => {
  const { boot, ways, flaws } = inspected(screenKernel(), 'kernel.elf')
  expect(JSON.stringify({ boot, ways, flaws }, null, 2)).toMatchInlineSnapshot(`
    "{
      "boot": null,
      "ways": [
        {
          "protocol": "multiboot1",
          "firmware": [],
          "reason": "the file has a multiboot1 header",
          "notes": [],
          "problem": {
            "code": "KT2003",
            "reason": "REASON",
            "hint": "HINT"
          }
        }
      ],
      "flaws": [
        {
          "id": "segment-in-low-memory",
          "severity": "warning",
          "what": "segment 0 lies where the PC keeps video memory, ROM or BIOS data",
          "consequence": "what is loaded there is lost, or overwrites what firmware and boot loader still need",
          "mend": "load at 1 MiB or above: . = 1M; in the linker script"
        },
        {
          "id": "no-symbols",
          "severity": "note",
          "what": "no symbol table",
          "consequence": "reports show bare addresses, and \`until\` takes addresses only",
          "mend": "keep the symbols: no strip, no -s, in Cargo.toml strip = false (they cost the guest nothing)"
        }
      ]
    }"
  `)
})

test('a floppy disk', () => {
  const bytes = new Uint8Array(1_474_560)
  bytes[0] = 0xf4
  bytes.set([0x55, 0xaa], 510)
  expect(text(bytes, 'boot.img')).toMatchInlineSnapshot(`
    "boot.img: floppy disk of 1.44 MB

      size            1,474,560 bytes
      sha256          abababababababababababababababababababababababababababababababab
      geometry        80 cylinders, 2 heads, 18 sectors
      boot signature  55 AA
      EFI system      none

    ways to boot:
      floppy  chosen  a floppy disk of 1.44 MB with the boot signature 55 AA (firmware bios)
      disk            a disk with the boot signature 55 AA (firmware bios)

    flaws: none
    "
  `)
})

test('JSON of a disk', () => {
  expect(JSON.stringify(inspected(partitionedDisk(), 'disk.img'), null, 1)).toMatchInlineSnapshot(`
    "{
     "path": "disk.img",
     "size": 32939,
     "sha256": "abababababababababababababababababababababababababababababababab",
     "kind": "disk",
     "boot": "disk",
     "ways": [
      {
       "protocol": "disk",
       "firmware": [
        "bios",
        "uefi"
       ],
       "reason": "a disk with the boot signature 55 AA and a file system for UEFI firmware",
       "notes": [],
       "problem": null
      }
     ],
     "flaws": [
      {
       "id": "not-whole-sectors",
       "severity": "warning",
       "what": "32939 bytes are not a multiple of 512",
       "consequence": "a disk has whole sectors: the last 171 bytes are padded with zeros, or cannot be read at all",
       "mend": "fill it up: truncate -s %512 FILE, or in NASM times (-($-$$)) & 511 db 0"
      }
     ],
     "disk": {
      "bootSignature": true,
      "gpt": false,
      "floppy": null,
      "efiSystem": true,
      "partitions": [
       {
        "number": 1,
        "type": "0x83",
        "name": "Linux",
        "bootable": true,
        "firstSector": 1,
        "sectors": 20
       },
       {
        "number": 2,
        "type": "0xef",
        "name": "EFI system",
        "bootable": false,
        "firstSector": 21,
        "sectors": 43
       }
      ]
     }
    }"
  `)
})

test('JSON of an ISO', () => {
  expect(JSON.stringify(inspected(bootableIso(), 'os.iso'), null, 1)).toMatchInlineSnapshot(`
    "{
     "path": "os.iso",
     "size": 65536,
     "sha256": "abababababababababababababababababababababababababababababababab",
     "kind": "iso",
     "boot": "iso",
     "ways": [
      {
       "protocol": "iso",
       "firmware": [
        "bios",
        "uefi"
       ],
       "reason": "a CD with El Torito boot entries for BIOS and UEFI",
       "notes": [],
       "problem": null
      }
     ],
     "flaws": [],
     "iso": {
      "volume": "MY_OS",
      "hybrid": false,
      "bootEntries": [
       {
        "platform": "bios",
        "emulation": "none",
        "loadSegment": 0,
        "sectors": 4,
        "startSector": 24
       },
       {
        "platform": "uefi",
        "emulation": "none",
        "loadSegment": 0,
        "sectors": 2880,
        "startSector": 25
       }
      ]
     }
    }"
  `)
})

test('JSON of a Linux kernel', () => {
  expect(JSON.stringify(inspected(bzImage(0x20f).bytes, 'vmlinuz'), null, 1)).toMatchInlineSnapshot(`
    "{
     "path": "vmlinuz",
     "size": 18944,
     "sha256": "abababababababababababababababababababababababababababababababab",
     "kind": "linux",
     "boot": "linux",
     "ways": [
      {
       "protocol": "linux",
       "firmware": [],
       "reason": "a Linux bzImage, entered in 64-bit mode",
       "notes": [],
       "problem": null
      }
     ],
     "flaws": [],
     "linux": {
      "protocolVersion": "2.15",
      "version": "6.1.0-test (builder@host) #1 SMP",
      "setupSize": 2560,
      "loadedHigh": true,
      "has64BitEntry": true,
      "relocatable": true,
      "alignment": 2097152,
      "preferredAddress": "0x1000000",
      "initSize": 19087360,
      "initrdMaxAddress": 2147483647,
      "commandLineMax": 2047
     }
    }"
  `)
})

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-inspect-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function command(path: string, json: boolean): Promise<{ status: number; output: string }> {
  let output = ''
  const status = await inspectCommand(path, { json }, (piece) => {
    output += piece
  })
  return { status, output }
}

test('the command prints the same, with the hash of the file', async () => {
  const path = kernel('upper-half')
  const { status, output } = await command(path, false)
  expect(status).toBe(0)
  expect(output).toContain('  entry         0xffffffff88000010 (start)\n')
  expect(output).toContain('  1  0xffffffff88001000  0x201000      0x8     0x4009  rw-\n')
  expect(output).toMatch(/^ {2}sha256 {8}[0-9a-f]{64}$/m)
  const json = await command(path, true)
  expect(json.status).toBe(0)
  expect(JSON.parse(json.output)).toMatchObject({ path, kind: 'elf', boot: 'multiboot2', flaws: [] })
})

test('the command answers 1 for what cannot boot', async () => {
  const path = join(folder, 'kernel.elf')
  writeFileSync(path, screenKernel())
  expect((await command(path, false)).status).toBe(1)
  expect((await command(path, true)).status).toBe(1)
})

test('the command passes on what is no image', async () => {
  await expect(command(join(folder, 'none'), false)).rejects.toThrow(KernelTestError)
  await expect(command(folder, true)).rejects.toThrow('KT1003')
})

test('a mutated image is inspected, plans and all, or refused with a code, in time', () => {
  const kernels = [multibootKernel(), flawedKernel(), new Uint8Array(readFileSync(kernel('upper-half')))]
  const byte = fc.tuple(fc.nat(400), fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff)))
  fc.assert(
    fc.property(
      fc.constantFrom(...kernels),
      fc.array(byte, { minLength: 1, maxLength: 8 }),
      (bytes, changes) => {
        const copy = bytes.slice()
        for (const [at, to] of changes) copy[at] = to
        const started = process.hrtime.bigint()
        try {
          expect(text(copy, 'kernel.elf')).toMatch(/^kernel.elf: /)
        } catch (error) {
          if (!(error instanceof KernelTestError)) throw error
        }
        expect(process.hrtime.bigint() - started).toBeLessThan(1_000_000_000n)
      },
    ),
    { numRuns: 400 },
  )
})
