import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { guestFile } from './debian-guests.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-media-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const made = new Map<string, string>()

/** `file` with what `make` puts there, once in this process; gone when it ends. */
export function madeOnce(file: string, make: (path: string) => void): string {
  const known = made.get(file)
  if (known) return known
  const path = join(folder, file)
  make(path)
  made.set(file, path)
  return path
}

/** Files of a medium, by their names in its root. */
export type Files = Readonly<Record<string, string | Uint8Array>>

const module = (name: string) =>
  readFileSync(guestFile('syslinux-common', 'usr/lib/syslinux/modules/bios', name))

/** Modules that the boot loaders of the family look for beside their configuration. */
export function syslinuxModules(...names: readonly string[]): Files {
  const all = ['ldlinux.c32', 'libcom32.c32', 'libutil.c32', ...names]
  return Object.fromEntries(all.map((name) => [name, module(name)]))
}

/** A CD of ISOLINUX, without emulation of a disk. */
export function isolinuxCd(file: string, files: Files): string {
  return madeOnce(file, (path) => {
    const root = `${path}.root`
    mkdirSync(root)
    copyFileSync(guestFile('isolinux', 'usr/lib/ISOLINUX', 'isolinux.bin'), join(root, 'isolinux.bin'))
    for (const [name, contents] of Object.entries(files)) writeFileSync(join(root, name), contents)
    const boot = ['-b', 'isolinux.bin', '-c', 'boot.cat', '-no-emul-boot', '-boot-load-size', '4']
    tool('xorriso', '-as', 'mkisofs', '-o', path, ...boot, '-boot-info-table', root)
  })
}

/** A CD whose boot image is a hard disk, which it stands for until somebody ends that (El Torito 1.0). */
export function cdAsDisk(file: string, disk: string): string {
  return madeOnce(file, (path) => {
    const root = `${path}.root`
    mkdirSync(root)
    copyFileSync(disk, join(root, 'disk.img'))
    tool('xorriso', '-as', 'mkisofs', '-o', path, '-b', 'disk.img', '-c', 'boot.cat', '-hard-disk-boot', root)
  })
}

/** A floppy disk of 1.44 MB with SYSLINUX in a FAT12 file system. */
export function syslinuxFloppy(file: string, files: Files): string {
  return madeOnce(file, (path) => {
    tool('mformat', '-C', '-f', '1440', '-N', '12345678', '-i', path, '::')
    copyInto(path, files)
    tool('syslinux', '--install', path)
  })
}

/** A CD of GRUB for BIOS, with its menu from `configuration` and files beside it in `/boot`. */
export function grubCd(file: string, configuration: string, files: Files = {}): string {
  return madeOnce(file, (path) => {
    const boot = join(`${path}.root`, 'boot')
    mkdirSync(join(boot, 'grub'), { recursive: true })
    writeFileSync(join(boot, 'grub', 'grub.cfg'), configuration)
    for (const [name, contents] of Object.entries(files)) writeFileSync(join(boot, name), contents)
    tool('grub-mkrescue', '-o', path, `${path}.root`)
  })
}

const disk = { sectors: 20 * 2048, heads: 16, perTrack: 63, partitionAt: 2048 } as const

/** A hard disk of 20 MiB: SYSLINUX in a FAT16 partition at 1 MiB, started by its own MBR. */
export function syslinuxDisk(file: string, files: Files): string {
  return madeOnce(file, (path) => {
    fatDisk(path, readFileSync(guestFile('syslinux-common', 'usr/lib/syslinux/mbr', 'mbr.bin')), files)
    tool('syslinux', '--offset', String(disk.partitionAt * 512), '--install', path)
  })
}

const grub = '/usr/lib/grub/i386-pc'
const grubModules = ['biosdisk', 'part_msdos', 'fat', 'normal', 'cat', 'halt', 'read']

/** The same with GRUB and more of its modules between the first sector, which loads it, and the partition. */
export function grubDisk(file: string, files: Files, modules: readonly string[] = []): string {
  return madeOnce(file, (path) => {
    const core = `${path}.core`
    tool('grub-mkimage', '-O', 'i386-pc', '-p', '(hd0,msdos1)', '-o', core, ...grubModules, ...modules)
    const start = readFileSync(join(grub, 'boot.img')).subarray(0, partitionTableAt)
    fatDisk(path, Buffer.concat([start, Buffer.alloc(512 - start.length), readFileSync(core)]), files)
  })
}

/** 20 MiB that begin with `boot`, and a FAT16 partition with these files at 1 MiB. */
function fatDisk(path: string, boot: Uint8Array, files: Files): void {
  writeFileSync(path, withPartition(boot))
  truncateSync(path, disk.sectors * 512)
  const partition = `${path}@@${disk.partitionAt * 512}`
  const size = ['-T', String(disk.sectors - disk.partitionAt), '-h', String(disk.heads)]
  const shape = [...size, '-s', String(disk.perTrack), '-H', String(disk.partitionAt)]
  tool('mformat', ...shape, '-N', '12345678', '-i', partition, '::')
  copyInto(partition, files)
}

const partitionTableAt = 446

/** With one partition, active, of FAT16 by LBA; its CHS fields say that it is too far away for them. */
function withPartition(boot: Uint8Array): Uint8Array {
  const sector = Buffer.alloc(Math.max(512, boot.length))
  sector.set(boot)
  sector.set([0x80, 0xfe, 0xff, 0xff, 0x0e, 0xfe, 0xff, 0xff], partitionTableAt)
  sector.writeUInt32LE(disk.partitionAt, 454)
  sector.writeUInt32LE(disk.sectors - disk.partitionAt, 458)
  sector.writeUInt16LE(0xaa55, 510)
  return sector
}

function copyInto(image: string, files: Files): void {
  const source = mkdtempSync(join(folder, 'files-'))
  for (const [name, contents] of Object.entries(files)) {
    const path = join(source, basename(name))
    writeFileSync(path, contents)
    tool('mcopy', '-i', image, path, `::${name}`)
  }
}

function tool(name: string, ...parameters: readonly string[]): void {
  execFileSync(name, parameters, { stdio: ['ignore', 'pipe', 'pipe'] })
}
