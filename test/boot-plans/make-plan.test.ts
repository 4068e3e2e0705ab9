import { expect, test } from 'vitest'
import { bootWays } from '../../src/boot/boot-ways.ts'
import { usualFloppies } from '../../src/support/floppy-formats.ts'
import { diskImage, elf, isoImage, linuxImage, multiboot1Elf, multiboot2Elf } from './images.ts'
import { module, planOf, refusals } from './plan-of.ts'

test('every way to boot an image, the first chosen', () => {
  const both = elf({ contracts: [...multiboot2Elf().contracts, ...multiboot1Elf().contracts] })
  const ways = (image: Parameters<typeof bootWays>[0]) =>
    bootWays(image).map(({ protocol, firmware, reason }) => `${protocol} [${firmware}]: ${reason}`)
  expect({
    both: ways(both),
    bare: ways(elf()),
    bare32: ways(elf({ bits: 32 })),
    movable: ways(elf({ type: 'shared' })),
    linux: ways(linuxImage()),
    linux32: ways(linuxImage({ has64BitEntry: false })),
    disk: ways(diskImage()),
    diskForBoth: ways(diskImage({ efiSystem: true })),
    diskForUefi: ways(diskImage({ bootSignature: false, efiSystem: true })),
    diskForNobody: ways(diskImage({ bootSignature: false })),
    iso: ways(isoImage({ hybrid: true })),
    isoForNobody: ways(isoImage({ bootEntries: [] })),
  }).toMatchInlineSnapshot(`
    {
      "bare": [
        "elf64 []: a static ELF64 without a boot header is started in 64-bit mode at its entry point",
      ],
      "bare32": [],
      "both": [
        "multiboot2 []: the file has a multiboot2 header",
        "multiboot1 []: the file has a multiboot1 header",
        "elf64 []: any static ELF64 can be started in 64-bit mode, its boot header unused",
      ],
      "disk": [
        "disk [bios]: a disk with the boot signature 55 AA",
        "floppy [bios]: the beginning of a floppy disk of 1.44 MB, the rest of it zeros",
      ],
      "diskForBoth": [
        "disk [bios,uefi]: a disk with the boot signature 55 AA and a file system for UEFI firmware",
        "floppy [bios]: the beginning of a floppy disk of 1.44 MB, the rest of it zeros",
      ],
      "diskForNobody": [],
      "diskForUefi": [
        "disk [uefi]: a disk with a file system for UEFI firmware",
      ],
      "iso": [
        "iso [bios,uefi]: a CD with El Torito boot entries for BIOS and UEFI",
        "disk [bios]: the ISO is also a disk: it has a boot sector",
      ],
      "isoForNobody": [],
      "linux": [
        "linux []: a Linux bzImage, entered in 64-bit mode",
      ],
      "linux32": [
        "linux []: a Linux bzImage, entered in 32-bit mode",
      ],
      "movable": [],
    }
  `)
  expect(planOf(both).provenance.protocol).toBe('multiboot2')
  expect(planOf(both, { protocol: 'elf64' }).provenance.protocol).toBe('elf64')
})

test('a disk: the firmware starts it, further disks stand behind it', () => {
  const { machine, start, media, ports, provenance } = planOf(diskImage(), {
    disks: ['data.img', 'more.img'],
  })
  expect(machine).toEqual({ shape: 'pc', memoryMiB: 128, cpus: 1 })
  expect(start).toEqual({ kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] })
  expect(media).toEqual([
    { id: 'boot', kind: 'disk', path: 'kernel' },
    { id: 'disk1', kind: 'disk', path: 'data.img' },
    { id: 'disk2', kind: 'disk', path: 'more.img' },
  ])
  expect(ports).toEqual({ exit: { port: 0xf4, size: 4 }, debugConsole: 0xe9 })
  expect(provenance).toEqual({ image: 'kernel', protocol: 'disk', notes: [] })
})

test('a firmware is shown what it cannot start where that is asked for by name', () => {
  const unsigned = diskImage({ bootSignature: false })
  const floppy = diskImage({ bootSignature: false, floppy: usualFloppies[0] })
  const empty = isoImage({ bootEntries: [] })
  const plans = [
    planOf(unsigned, { protocol: 'disk' }),
    planOf(floppy, { protocol: 'floppy' }),
    planOf(empty, { protocol: 'iso' }),
    planOf(empty, { protocol: 'disk' }),
    planOf(unsigned, { protocol: 'disk', firmware: 'uefi' }),
  ]
  expect(
    plans.map(({ start, media, provenance }) => [
      start.kind === 'firmware' && start.firmware,
      media[0]?.kind,
      provenance.protocol,
      provenance.notes.join(),
    ]),
  ).toEqual([
    ['bios', 'disk', 'disk', 'nothing in the image was found that BIOS firmware would start'],
    ['bios', 'floppy', 'floppy', 'nothing in the image was found that BIOS firmware would start'],
    ['bios', 'cdrom', 'iso', 'nothing in the image was found that BIOS firmware would start'],
    ['bios', 'disk', 'disk', 'nothing in the image was found that BIOS firmware would start'],
    ['uefi', 'disk', 'disk', 'nothing in the image was found that UEFI firmware would start'],
  ])
})

test('the order in which a firmware tries drives', () => {
  const { start } = planOf(diskImage(), { cds: ['setup.iso'], bootOrder: ['cd1', 'boot'] })
  expect(start).toEqual({ kind: 'firmware', firmware: 'bios', bootOrder: ['cd1', 'boot'] })
})

test('an ISO: a CD, by BIOS unless it is for UEFI alone or the option says so', () => {
  const uefiOnly = isoImage({
    bootEntries: isoImage().bootEntries.filter(({ platform }) => platform === 'uefi'),
  })
  const facts = [planOf(isoImage()), planOf(isoImage(), { firmware: 'uefi' }), planOf(uefiOnly)].map(
    ({ start, media, machine }) => [
      start.kind === 'firmware' && start.firmware,
      media[0]?.kind,
      machine.memoryMiB,
    ],
  )
  expect(facts).toEqual([
    ['bios', 'cdrom', 128],
    ['uefi', 'cdrom', 256],
    ['uefi', 'cdrom', 256],
  ])
  expect(planOf(uefiOnly, { firmware: 'bios' }).provenance.notes).toEqual([
    'nothing in the image was found that BIOS firmware would start',
  ])
})

test('a hybrid ISO also as a disk', () => {
  const { media, provenance } = planOf(isoImage({ hybrid: true }), { protocol: 'disk' })
  expect([media[0]?.kind, provenance.protocol]).toEqual(['disk', 'disk'])
})

test('a direct boot takes further disks, too, and does without an exit device if told so', () => {
  const { media, ports } = planOf(elf(), { disks: ['data.img'], exitPort: null, debugConsole: null })
  expect([media.map(({ id }) => id), ports]).toEqual([['disk1'], { exit: null, debugConsole: null }])
})

const modules = [module('a', 'a')]
const misfits: Parameters<typeof refusals>[0] = [
  ['a 32-bit kernel without a header', elf({ bits: 32 })],
  ['a disk that nobody starts', diskImage({ bootSignature: false })],
  ['a CD that nobody starts', isoImage({ bootEntries: [] })],
  ['another header', multiboot1Elf(), { protocol: 'multiboot2' }],
  ['an ELF as a disk', elf(), { protocol: 'disk' }],
  ['elf64 for a position-independent one', multiboot2Elf([], { type: 'shared' }), { protocol: 'elf64' }],
  ['modules for a disk', diskImage(), { modules }],
  ['a command line for a CD', isoImage(), { commandLine: 'quiet' }],
  ['modules for a plain ELF64', elf(), { modules }],
  ['a command line for a plain ELF64', elf(), { commandLine: 'quiet' }],
  ['a firmware for a plain ELF64', elf(), { firmware: 'uefi' }],
  ['a boot order for a plain ELF64', elf(), { disks: ['data.img'], bootOrder: ['disk1'] }],
  ['no memory', elf(), { memoryMiB: 0 }],
  ['memory for a kernel at 1 MiB', elf(), { memoryMiB: 1 }],
  ['half a MiB', elf(), { memoryMiB: 64.5 }],
]

test('options that do not fit the image', () => {
  expect(refusals(misfits)).toMatchInlineSnapshot(`
    "a 32-bit kernel without a header
    KT2001: there is no way to boot the image
      A 32-bit kernel needs a multiboot header or a PVH note.

    a disk that nobody starts
    KT2001: there is no way to boot the image
      It has neither the boot signature 55 AA in its first sector nor a file system for UEFI firmware. \`--protocol disk\` lets the BIOS try, to see what it says.

    a CD that nobody starts
    KT2001: there is no way to boot the image
      It has no El Torito boot entry: make it with grub-mkrescue or \`xorriso -as mkisofs -b\`. \`--protocol iso\` lets the BIOS try, to see what it says.

    another header
    KT2002: the image cannot be booted by multiboot2
      It can by multiboot1.

    an ELF as a disk
    KT2002: the image cannot be booted by disk
      It can by elf64.

    elf64 for a position-independent one
    KT2010: the kernel is position-independent and has no boot header: nobody would apply its relocations
      Link it to a fixed address: -no-pie, in Rust relocation-model=static.

    modules for a disk
    KT2007: modules: a firmware passes nothing to what it starts from a disk
      Put it in the configuration of the image's own boot loader, or boot the kernel file directly.

    a command line for a CD
    KT2007: commandLine: a firmware passes nothing to what it starts from a CD
      Put it in the configuration of the image's own boot loader, or boot the kernel file directly.

    modules for a plain ELF64
    KT2007: modules: a plain ELF64 has no protocol to pass it by
      Give the kernel a multiboot header or a PVH note.

    a command line for a plain ELF64
    KT2007: commandLine: a plain ELF64 has no protocol to pass it by
      Give the kernel a multiboot header or a PVH note.

    a firmware for a plain ELF64
    KT2007: elf64 starts the kernel without a firmware
      Leave out the option firmware: it is for disks and ISOs.

    a boot order for a plain ELF64
    KT2007: bootOrder: elf64 starts the kernel whatever is in the drives
      Leave it out: it is for disks and ISOs.

    no memory
    KT2013: a machine cannot have 0 MiB of memory
      Give a whole number of MiB, 1 or more.

    memory for a kernel at 1 MiB
    KT2006: no free memory for the kernel (0x101000 bytes) in 1 MiB
      Give the machine more memory: option memory, --memory on the command line.

    half a MiB
    KT2013: a machine cannot have 64.5 MiB of memory
      Give a whole number of MiB, 1 or more.
    "
  `)
})
