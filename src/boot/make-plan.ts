import type { Image } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { type BootWay, bootWays, isByFirmware, waysInVain } from './boot-ways.ts'
import { checkUse } from './check-use.ts'
import type { DirectBoot, DirectOptions } from './direct-boot.ts'
import { disk } from './disk.ts'
import { elf64, needsFixedAddress } from './elf64.ts'
import type { FirmwareBoot } from './firmware-boot.ts'
import { floppy } from './floppy.ts'
import { iso } from './iso.ts'
import { linux } from './linux.ts'
import { multiboot1 } from './multiboot1.ts'
import { multiboot2 } from './multiboot2.ts'
import type { BootPlan, BootProtocol, ExitPort, MachineOptions, Medium } from './plan.ts'
import type { Firmware, PlanOptions } from './plan-options.ts'
import { pvh } from './pvh.ts'

/** The file that the image was read from. */
export interface ImageFile {
  readonly path: string
}

const defaultExitPort: ExitPort = { port: 0xf4, size: 4 }
const defaultMemoryMiB = { direct: 128, bios: 128, uefi: 256 } as const
const leastMemoryMiB = 1

/**
 * What to do to boot `image`, the contents of `file`.
 * @throws KernelTestError KT2xxx when it cannot be booted so.
 */
export function makePlan(image: Image, file: ImageFile, options: PlanOptions): BootPlan {
  const way = chooseWay(image, options.protocol)
  checkUse(way, options)
  const { protocol } = way
  const firmware = isByFirmware(way) ? (options.firmware ?? way.firmware[0] ?? 'bios') : null
  const machine = machineOf(options, firmware)
  const boot =
    firmware === null
      ? directBoot(image, protocol, { ...options, machine, commandLine: options.commandLine ?? '' })
      : firmwareBoot(way, file.path, firmware)
  const { exitPort, debugConsole, cpu, startTime, bootOrder } = options
  const exit = exitPort === undefined ? (protocol === 'linux' ? null : defaultExitPort) : exitPort
  return {
    machine,
    cpu,
    start: boot.start.kind === 'firmware' && bootOrder ? { ...boot.start, bootOrder } : boot.start,
    media: [
      ...boot.media,
      ...further('disk', 'disk', options.disks),
      ...further('floppy', 'floppy', options.floppies),
      ...further('cdrom', 'cd', options.cds),
    ],
    ports: { exit, debugConsole },
    ...(startTime !== null && { startTime }),
    provenance: { image: file.path, protocol, notes: boot.notes },
  }
}

/** Drives beside the one with the image, called `disk1` and so on. */
function further(kind: Medium['kind'], name: string, paths: readonly (string | null)[]): readonly Medium[] {
  return paths.map((path, index) => ({ id: `${name}${index + 1}`, kind, path }))
}

type Boot = Pick<BootPlan, 'start' | 'media'> & { readonly notes: readonly string[] }

function directBoot(image: Image, protocol: BootProtocol, options: DirectOptions): Boot {
  return { ...directStart(image, protocol, options), media: [] }
}

function directStart(image: Image, protocol: BootProtocol, options: DirectOptions): DirectBoot {
  if (image.kind === 'linux') return linux(image, options)
  if (image.kind !== 'elf') throw notOffered(image, protocol)
  const contract = image.contracts.find(({ kind }) => kind === protocol)
  switch (contract?.kind) {
    case 'multiboot1':
      return multiboot1(image, contract, options)
    case 'multiboot2':
      return multiboot2(image, contract, options)
    case 'pvh':
      return pvh(image, contract, options)
    case undefined:
      return elf64(image, options)
  }
}

const firmwareProtocols: Readonly<
  Partial<Record<BootProtocol, (path: string, firmware: Firmware) => FirmwareBoot>>
> = { disk, floppy, iso }

function firmwareBoot(way: BootWay, path: string, firmware: Firmware): Boot {
  const boot = (firmwareProtocols[way.protocol] ?? disk)(path, firmware)
  if (way.firmware.includes(firmware)) return { ...boot, notes: [] }
  return {
    ...boot,
    notes: [`nothing in the image was found that ${firmware.toUpperCase()} firmware would start`],
  }
}

function chooseWay(image: Image, protocol: BootProtocol | null): BootWay {
  const ways = bootWays(image)
  const named = [...ways, ...waysInVain(image)].find((one) => one.protocol === protocol)
  const way = protocol === null ? ways[0] : named
  if (way) return way
  const movable = image.kind === 'elf' && image.bits === 64 && image.type === 'shared'
  if (movable && (protocol === null || protocol === 'elf64')) throw needsFixedAddress()
  throw protocol === null ? noWay(image) : notOffered(image, protocol)
}

function machineOf(options: PlanOptions, firmware: Firmware | null): MachineOptions {
  const memoryMiB = options.memoryMiB ?? defaultMemoryMiB[firmware ?? 'direct']
  if (!Number.isInteger(memoryMiB) || memoryMiB < leastMemoryMiB) {
    throw new KernelTestError(
      'KT2013',
      `a machine cannot have ${memoryMiB} MiB of memory`,
      `Give a whole number of MiB, ${leastMemoryMiB} or more.`,
    )
  }
  return { shape: options.machine, memoryMiB, cpus: options.cpus }
}

const howToMend: Readonly<Record<Image['kind'], string>> = {
  elf: 'A 32-bit kernel needs a multiboot header or a PVH note.',
  disk: 'It has neither the boot signature 55 AA in its first sector nor a file system for UEFI firmware.',
  iso: 'It has no El Torito boot entry: make it with grub-mkrescue or `xorriso -as mkisofs -b`.',
  linux: 'It has no boot header that is known.',
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function noWay(image: Image): KernelTestError {
  const catalog = image.flaws.find(({ id }) => id === 'boot-catalog')
  const hint = catalog ? `${capitalized(catalog.what)}: ${catalog.mend}.` : howToMend[image.kind]
  const [inVain] = waysInVain(image)
  const show = inVain ? ` \`--protocol ${inVain.protocol}\` lets the BIOS try, to see what it says.` : ''
  return new KernelTestError('KT2001', 'there is no way to boot the image', `${hint}${show}`)
}

function notOffered(image: Image, protocol: BootProtocol): KernelTestError {
  const offered = bootWays(image).map((way) => way.protocol)
  return new KernelTestError(
    'KT2002',
    `the image cannot be booted by ${protocol}`,
    offered.length > 0 ? `It can by ${offered.join(', ')}.` : howToMend[image.kind],
  )
}
