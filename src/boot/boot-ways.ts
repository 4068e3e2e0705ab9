import type { DiskImage, ElfImage, Image, IsoImage, LinuxImage } from '../image/image.ts'
import { floppyName, floppyThatHolds } from '../support/floppy-formats.ts'
import type { BootProtocol } from './plan.ts'
import type { Firmware } from './plan-options.ts'

/** One way to start an image. */
export interface BootWay {
  readonly protocol: BootProtocol
  /**
   * Which firmware finds something to run; empty where none takes part, and where it starts in vain. The
   * first is the default.
   */
  readonly firmware: readonly Firmware[]
  /** What in the image offers it, as a sentence without a full stop. */
  readonly reason: string
}

/** Every way to start `image`. The first is what `boot` does unless told otherwise. */
export function bootWays(image: Image): readonly BootWay[] {
  switch (image.kind) {
    case 'elf':
      return elfWays(image)
    case 'linux':
      return [{ protocol: 'linux', firmware: [], reason: linuxReason(image) }]
    case 'disk':
      return diskWays(image)
    case 'iso':
      return isoWays(image)
  }
}

/**
 * Ways in which a firmware finds nothing to start: for who wants to see what it says, or has it go on to
 * another drive. Nobody gets one without asking for it by name.
 */
export function waysInVain(image: Image): readonly BootWay[] {
  const inVain = (protocol: BootProtocol): BootWay => ({
    protocol,
    firmware: [],
    reason: 'shown to a firmware',
  })
  if (image.kind === 'iso') return [inVain('iso'), inVain('disk')]
  if (image.kind !== 'disk') return []
  return image.floppy === null ? [inVain('disk')] : [inVain('disk'), inVain('floppy')]
}

/** Whether a firmware looks for what to start, and not a boot loader of ours at the image. */
export function isByFirmware({ protocol }: BootWay): boolean {
  return protocol === 'disk' || protocol === 'floppy' || protocol === 'iso'
}

const headerNames = {
  multiboot2: 'a multiboot2 header',
  multiboot1: 'a multiboot1 header',
  pvh: 'a PVH note (XEN_ELFNOTE_PHYS32_ENTRY)',
} as const

function elfWays(image: ElfImage): BootWay[] {
  const ways = image.contracts.map(
    ({ kind }): BootWay => ({ protocol: kind, firmware: [], reason: `the file has ${headerNames[kind]}` }),
  )
  if (image.bits !== 64 || image.type !== 'executable') return ways
  const reason =
    ways.length > 0
      ? 'any static ELF64 can be started in 64-bit mode, its boot header unused'
      : 'a static ELF64 without a boot header is started in 64-bit mode at its entry point'
  return [...ways, { protocol: 'elf64', firmware: [], reason }]
}

function linuxReason({ has64BitEntry }: LinuxImage): string {
  return `a Linux bzImage, entered in ${has64BitEntry ? '64-bit' : '32-bit'} mode`
}

/** A floppy's boot sector counts on the geometry of a floppy drive. */
function diskWays(image: DiskImage): BootWay[] {
  const { bootSignature, floppy } = image
  if (!bootSignature) return hardDiskWays(image)
  if (floppy === null) return [...hardDiskWays(image), ...shortFloppyWays(image)]
  const reason = `a floppy disk of ${floppyName(floppy)} with the boot signature 55 AA`
  return [{ protocol: 'floppy', firmware: ['bios'], reason }, ...hardDiskWays(image)]
}

/** Boot sector and kernel, one behind the other: tutorials start them by QEMU's -fda, which fills up. */
function shortFloppyWays({ source, partitions }: DiskImage): BootWay[] {
  const whole = floppyThatHolds(source.size)
  if (!whole || partitions.length > 0) return []
  const reason = `the beginning of a floppy disk of ${floppyName(whole)}, the rest of it zeros`
  return [{ protocol: 'floppy', firmware: ['bios'], reason }]
}

function hardDiskWays({ bootSignature, efiSystem }: DiskImage): BootWay[] {
  if (!bootSignature && !efiSystem) return []
  const found = [
    ...(bootSignature ? ['the boot signature 55 AA'] : []),
    ...(efiSystem ? ['a file system for UEFI firmware'] : []),
  ]
  const firmware: Firmware[] = [
    ...(bootSignature ? ['bios' as const] : []),
    ...(efiSystem ? ['uefi' as const] : []),
  ]
  return [{ protocol: 'disk', firmware, reason: `a disk with ${found.join(' and ')}` }]
}

function isoWays({ bootEntries, hybrid }: IsoImage): BootWay[] {
  const firmware = (['bios', 'uefi'] as const).filter((one) =>
    bootEntries.some(({ platform }) => platform === one),
  )
  const ways: BootWay[] = []
  if (firmware.length > 0) {
    const names = firmware.map((one) => one.toUpperCase()).join(' and ')
    ways.push({ protocol: 'iso', firmware, reason: `a CD with El Torito boot entries for ${names}` })
  }
  if (hybrid) {
    ways.push({
      protocol: 'disk',
      firmware: ['bios'],
      reason: 'the ISO is also a disk: it has a boot sector',
    })
  }
  return ways
}
