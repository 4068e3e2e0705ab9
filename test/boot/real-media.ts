import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { MachineShape, Medium } from '../../src/boot/plan.ts'
import type { ScreenPattern } from '../../src/observe/condition.ts'
import type { Ending } from '../../src/observe/ending.ts'
import { pressesOfText } from '../../src/observe/keys.ts'
import { guestFile } from './debian-guests.ts'
import {
  cdAsDisk,
  type Files,
  grubCd,
  grubDisk,
  isolinuxCd,
  syslinuxDisk,
  syslinuxFloppy,
  syslinuxModules,
} from './make-media.ts'

/** A boot medium that others wrote, and what a person does and sees in front of it. */
export interface RealMedium {
  readonly name: string
  readonly kind: Medium['kind']
  /** `pc` where nothing is said. */
  readonly shape?: MachineShape
  /** Answers its path. */
  readonly image: () => string
  readonly steps: readonly Step[]
}

/** `press`: keys one after the other, before the rest of it. */
export type Step = { readonly press?: readonly string[] } & (Sight | Print | End)

/** A text on the screen. */
export interface Sight {
  readonly shows: ScreenPattern
  /** The first line that the guest wrote, where it left those of the firmware above it. */
  readonly from?: RegExp
  /** What depends on the machine and on the moment. */
  readonly masked?: readonly RegExp[]
}

/** A text on COM1. */
export interface Print {
  readonly prints: string
}

export interface End {
  readonly ends: Ending['kind']
}

const example = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/${path}`, import.meta.url)))

/** Waits for ever. */
const menu = `UI menu.c32
MENU TITLE kerneltest menu
LABEL off
  MENU LABEL Power off
  COM32 poweroff.c32
LABEL multiboot
  MENU LABEL Multiboot
  COM32 mboot.c32
  APPEND hello.elf
LABEL memdisk
  MENU LABEL Memdisk
  KERNEL memdisk
  INITRD floppy.gz
LABEL ipxe
  MENU LABEL iPXE
  KERNEL ipxe.krn
`

const smallMenu = `UI menu.c32
MENU TITLE menu in memory
LABEL off
  MENU LABEL Power off from there
  COM32 poweroff.c32
`

/** A floppy disk with a menu of its own, for MEMDISK to unpack. */
function smallFloppy(): Uint8Array {
  const path = syslinuxFloppy('small.img', {
    'syslinux.cfg': smallMenu,
    ...syslinuxModules('menu.c32', 'poweroff.c32'),
  })
  return gzipSync(readFileSync(path))
}

const grubMenu = `set timeout=-1
menuentry "Show a file" {
  cat /note.txt
  read
}
menuentry "Power off" {
  halt
}
`

/** Waits for ever; neither Enter alone nor one key too many starts the kernel. */
const grubCdMenu = `set timeout=-1
menuentry "Power off" { halt }
menuentry "Higher half" { multiboot2 /boot/higher-half.elf }
menuentry "Reboot" { reboot }
`

export function grubMenuCd(): string {
  return grubCd('grub.iso', grubCdMenu, { 'higher-half.elf': example('higher-half/higher-half.elf') })
}

const typed = (line: string) => pressesOfText(`${line}\n`)
/** To GRUB's shell, from its menu. */
const shell: Step = { press: ['c'], shows: { pattern: /^grub> *$/ } }

const grubShellDisk = {
  kind: 'disk',
  image: () => grubDisk('grub-shell.img', { 'note.txt': 'from the disk' }, ['ls', 'reboot']),
} as const
const grubPrompt: Step = { shows: { pattern: /^grub> *$/ } }
const filesListed: readonly Step[] = [
  grubPrompt,
  { press: typed('ls (hd0,msdos1)/'), shows: { pattern: /^note\.txt/ } },
]

const grubRescueCd = { kind: 'cdrom', image: grubMenuCd } as const
const grubCdMenuShown: Sight = { shows: { pattern: /\*Power off/ } }

/** Those of GRUB's own tests that hold on QEMU too, and take no long time. */
const grubTests = ['bswap', 'cmp', 'ctz', 'mul', 'setjmp', 'signature', 'xnu_uuid']

/** What some of them call. */
const grubTestModules = [
  'functional_test',
  'serial',
  'pgp',
  'gcry_dsa',
  'gcry_rsa',
  'gcry_sha1',
  'gcry_sha256',
  'xnu_uuid',
]

/** GRUB runs tests of its own, which say on COM1 that they have passed. */
export function grubTestDisk(tests: readonly string[]): RealMedium {
  const commands = tests.map((name) => `functional_test ${name}_test`)
  const configuration = ['serial --unit=0', 'terminal_output serial', ...commands, 'halt', '']
  const modules = [...grubTestModules, ...tests.map((name) => `${name}_test`)]
  return {
    name: `GRUB disk: ${tests.length} tests of its own`,
    kind: 'disk',
    image: () => grubDisk(`grub-${tests[0]}.img`, { 'grub.cfg': configuration.join('\n') }, modules),
    steps: [...tests.map((name) => ({ prints: `${name}_test: PASS` })), { ends: 'shutdown' }],
  }
}

const files = (): Files => ({
  'syslinux.cfg': menu,
  'hello.elf': example('hello-serial/hello-serial.elf'),
  'floppy.gz': smallFloppy(),
  'ipxe.krn': readFileSync(guestFile('ipxe', 'boot', 'ipxe.lkrn')),
  memdisk: readFileSync(guestFile('syslinux-common', 'usr/lib/syslinux', 'memdisk')),
  ...syslinuxModules('menu.c32', 'poweroff.c32', 'mboot.c32'),
})

const menuShown = { shows: { pattern: 'Press [Tab] to edit options' } } as const

const isolinux = { kind: 'cdrom', image: () => isolinuxCd('isolinux.iso', files()) } as const
const floppy = { kind: 'floppy', image: () => syslinuxFloppy('syslinux.img', files()) } as const
const disk = { kind: 'disk', image: () => syslinuxDisk('syslinux-disk.img', files()) } as const

const diskOnCd = { kind: 'cdrom', image: () => cdAsDisk('syslinux-disk.iso', disk.image()) } as const

const powerOff: readonly Step[] = [menuShown, { press: ['down', 'up', 'enter'], ends: 'shutdown' }]
const multiboot: readonly Step[] = [
  menuShown,
  { press: ['down', 'enter'], prints: 'Hello from a kernel!' },
  { ends: 'exit' },
]

/** It finds no network card, says so and gives up: with "No bootable device." the BIOS goes on. */
const ipxe: Sight = {
  shows: { pattern: /^No bootable device\.\s*$/ },
  from: /^(iPXE initialising devices|ISOLINUX)/,
}

/**
 * The processor, what it measures and how far it is, which the cores in use tell too; the rest is drawn
 * once.
 */
const memtest: Pick<Sight, 'masked'> = {
  masked: [
    /│ (QEMU|kerneltest).*$/,
    /(CLK\/Temp|L\d Cache|Memory *):.*$/,
    /Time:.*$/,
    /Using: [^│]*/,
    /^ +(QEMU|kerneltest).*$/,
  ],
}

const onPc: readonly RealMedium[] = [
  { name: 'ISOLINUX CD: menu, power off', ...isolinux, steps: powerOff },
  { name: 'ISOLINUX CD: a kernel by mboot.c32', ...isolinux, steps: multiboot },
  {
    name: 'ISOLINUX CD: a floppy disk by MEMDISK',
    ...isolinux,
    steps: [
      menuShown,
      { press: ['down', 'down', 'enter'], shows: { pattern: 'Power off from there' } },
      { press: ['enter'], ends: 'shutdown' },
    ],
  },
  { name: 'SYSLINUX floppy: menu, power off', ...floppy, steps: powerOff },
  { name: 'SYSLINUX disk: menu, power off', ...disk, steps: powerOff },
  { name: 'SYSLINUX disk: a kernel by mboot.c32', ...disk, steps: multiboot },
  { name: 'SYSLINUX disk on a CD: menu, power off', ...diskOnCd, steps: powerOff },
  {
    name: 'GRUB disk: menu, a file, power off',
    kind: 'disk',
    image: () => grubDisk('grub.img', { 'grub.cfg': grubMenu, 'note.txt': 'from the disk' }),
    steps: [
      { shows: { pattern: /\*Show a file/ } },
      { press: ['enter'], shows: { pattern: /^from the disk/ } },
      { press: ['enter'], shows: { pattern: /\*Show a file/ } },
      { press: ['down', 'enter'], ends: 'shutdown' },
    ],
  },
  {
    name: 'GRUB disk: ls, halt',
    ...grubShellDisk,
    steps: [...filesListed, { press: typed('halt'), ends: 'shutdown' }],
  },
  {
    name: 'GRUB disk: reboot',
    ...grubShellDisk,
    steps: [grubPrompt, { press: typed('reboot'), ends: 'reset' }],
  },
  grubTestDisk(grubTests),
  {
    name: 'GRUB CD: ls, cat, halt',
    ...grubRescueCd,
    steps: [
      grubCdMenuShown,
      shell,
      { press: typed('ls /boot/'), shows: { pattern: /^(grub\/ )?higher-half\.elf/ } },
      { press: typed('cat /boot/grub/grub.cfg'), shows: { pattern: /^menuentry "Reboot"/ } },
      { press: typed('halt'), ends: 'shutdown' },
    ],
  },
  {
    name: 'GRUB CD: higher-half by multiboot2',
    ...grubRescueCd,
    steps: [grubCdMenuShown, { press: ['down', 'enter'], shows: { pattern: /^OK/ } }, { ends: 'deadHalt' }],
  },
  {
    name: 'GRUB CD: reboot',
    ...grubRescueCd,
    steps: [grubCdMenuShown, { press: ['up', 'down', 'down', 'down', 'enter'], ends: 'reset' }],
  },
  {
    name: 'boot-sector: long mode from the first sector',
    kind: 'disk',
    image: () => fileURLToPath(new URL('../../examples/boot-sector/boot-sector.img', import.meta.url)),
    steps: [{ shows: { pattern: /^HR/ } }, { ends: 'hang' }],
  },
  {
    name: 'iPXE CD',
    kind: 'cdrom',
    image: () => guestFile('ipxe', 'usr/lib/ipxe', 'ipxe.iso'),
    steps: [ipxe],
  },
  {
    name: 'ISOLINUX CD: ipxe.lkrn',
    ...isolinux,
    steps: [menuShown, { ...ipxe, press: ['down', 'down', 'down', 'enter'] }],
  },
  {
    name: 'memtest86+ CD: testing',
    kind: 'cdrom',
    image: () => guestFile('memtest86+', 'usr/lib/memtest86+', 'memtest86+x64.iso'),
    steps: [
      { ...memtest, shows: { pattern: 'Press <F1> to configure' } },
      { ...memtest, press: ['enter'], shows: { pattern: 'Status: Testing' } },
    ],
  },
]

/** Media for a q35, whose disks and CDs the BIOS of either engine reads: a controller is its own business. */
const onQ35 = [
  'SYSLINUX floppy: menu, power off',
  'SYSLINUX disk: a kernel by mboot.c32',
  'SYSLINUX disk on a CD: menu, power off',
  'ISOLINUX CD: menu, power off',
  'GRUB disk: ls, halt',
  'GRUB CD: higher-half by multiboot2',
]

export const realMedia: readonly RealMedium[] = [
  ...onPc,
  ...onPc
    .filter(({ name }) => onQ35.includes(name))
    .map((medium): RealMedium => ({ ...medium, name: `q35, ${medium.name}`, shape: 'q35' })),
]
