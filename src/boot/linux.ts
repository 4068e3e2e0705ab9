import type { LinuxImage } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { largest } from '../support/extremes.ts'
import type { DirectBoot, DirectOptions } from './direct-boot.ts'
import { longMode, protectedMode } from './entry-state.ts'
import { addPageTables, identityMap } from './identity-map.ts'
import { MemoryLayout } from './memory-layout.ts'
import { memoryMapHoleBytes } from './memory-map.ts'
import type { EntryState } from './plan.ts'
import { Structure, zeroTerminated } from './structure.ts'
import { vgaText } from './vga-text.ts'

/** Documentation/arch/x86/boot.rst, offsets in the setup header as in the file. */
const field = {
  setupHeader: 0x1f1,
  headerLength: 0x201,
  videoMode: 0x1fa,
  typeOfLoader: 0x210,
  code32Start: 0x214,
  initrdAddress: 0x218,
  initrdSize: 0x21c,
  commandLine: 0x228,
} as const
/** zero-page.rst: fields of boot_params that are not of the setup header. */
const zeroPage = {
  bytes: 4096,
  screenInfo: 0,
  rsdpAddress: 0x70,
  mapEntries: 0x1e8,
  map: 0x2d0,
  mapCapacity: 128,
}

const oldestProtocol = 0x206
const unregisteredLoader = 0xff
const normalVideoMode = 0xffff
/** Where a kernel that cannot be relocated expects itself. */
const fixedLoadAddress = 0x100000n
const entry64Offset = 0x200n
const pageSize = 4096

/**
 * A Linux bzImage by the 64-bit boot protocol where it has that entry, else by the 32-bit one: the setup code
 * in real mode is not run, and boot_params say what it would have found. The initrd stands as high as the
 * kernel allows.
 */
export function linux(image: LinuxImage, options: DirectOptions): DirectBoot {
  checkProtocol(image)
  checkCommandLine(image, options.commandLine)
  const layout = new MemoryLayout(options.machine)
  const loadAddress = loadKernel(layout, image)
  const bootParameters = addBootParameters(layout, image, options, loadAddress)
  return {
    start: {
      kind: 'direct',
      memory: layout.parts,
      cpu: entryState(layout, image, loadAddress, bootParameters),
    },
    notes: [],
  }
}

function loadKernel(layout: MemoryLayout, image: LinuxImage): bigint {
  const { source, setupSize, initSize, preferredAddress, relocatable, alignment } = image
  const bytes = source.read(setupSize, source.size - setupSize)
  const size = Math.max(bytes.length, initSize)
  if (!relocatable) {
    // It moves itself to its preferred address: nothing else may stand on the way.
    const end = largest([fixedLoadAddress + BigInt(bytes.length), preferredAddress + BigInt(initSize)])
    layout.take('kernel', fixedLoadAddress, end - fixedLoadAddress)
    layout.write('kernel', fixedLoadAddress, bytes)
    return fixedLoadAddress
  }
  const placing = { what: 'kernel', size, alignment: Math.max(alignment, pageSize), prefer: 'first' } as const
  const isPreferred = preferredAddress > 0n && layout.isRam(preferredAddress, BigInt(size))
  const at = isPreferred ? preferredAddress : layout.place(placing)
  if (isPreferred) layout.take('kernel', at, BigInt(size))
  layout.write('kernel', at, bytes, size)
  return at
}

/** The zero page: the file's own setup header, and what a loader adds. */
function addBootParameters(
  layout: MemoryLayout,
  image: LinuxImage,
  options: DirectOptions,
  loadAddress: bigint,
): bigint {
  const what = 'boot parameters'
  const at = layout.place({ what, size: zeroPage.bytes, alignment: pageSize, prefer: 'low' })
  const map = BigInt(zeroPage.map)
  const mapEnd = zeroPage.map + memoryMapHoleBytes('linux', zeroPage.mapCapacity)
  const parameters = new Structure(zeroPage.map)
  const headerEnd = field.headerLength + 1 + (image.source.read(field.headerLength, 1)[0] ?? 0)
  parameters.copy(field.setupHeader, image.source.read(field.setupHeader, headerEnd - field.setupHeader))
  addScreenInfo(parameters)
  parameters.u16(field.videoMode, normalVideoMode)
  parameters.u8(field.typeOfLoader, unregisteredLoader)
  parameters.u32(field.code32Start, loadAddress)
  parameters.u32(field.commandLine, layout.add('command line', zeroTerminated(options.commandLine), 8, 'low'))
  const initrd = options.modules[0]
  if (initrd) {
    parameters.u32(field.initrdAddress, addInitrd(layout, image, initrd.bytes))
    parameters.u32(field.initrdSize, initrd.bytes.length)
  }
  layout.write(what, at, parameters.bytes)
  layout.addMap(at + map, 'linux', zeroPage.mapCapacity)
  layout.write(what, at + BigInt(mapEnd), new Uint8Array(), zeroPage.bytes - mapEnd)
  layout.addFact('mapEntries', at + BigInt(zeroPage.mapEntries), 1)
  layout.addFact('rsdpAddress', at + BigInt(zeroPage.rsdpAddress), 8)
  return at
}

/** struct screen_info: the console goes on at the top left of VGA text. */
function addScreenInfo(parameters: Structure): void {
  const vga = 1
  const colorVgaMemory = 3
  parameters.u8(6, vgaText.mode).u8(7, vgaText.columns).u16(10, colorVgaMemory)
  parameters.u8(14, vgaText.rows).u8(15, vga).u16(16, vgaText.points)
}

function addInitrd(layout: MemoryLayout, { initrdMaxAddress }: LinuxImage, bytes: Uint8Array): bigint {
  const below = BigInt(initrdMaxAddress) + 1n
  const at = layout.place({ what: 'initrd', size: bytes.length, alignment: pageSize, prefer: 'last', below })
  layout.write('initrd', at, bytes)
  return at
}

function entryState(
  layout: MemoryLayout,
  image: LinuxImage,
  loadAddress: bigint,
  bootParameters: bigint,
): EntryState {
  const registers = { rsi: bootParameters }
  if (!image.has64BitEntry) return protectedMode(layout, loadAddress, registers)
  return longMode(layout, loadAddress + entry64Offset, registers, addPageTables(layout, identityMap()))
}

function checkProtocol({ protocolVersion, loadedHigh, flaws }: LinuxImage): void {
  const damaged = flaws.find(({ severity }) => severity === 'fatal')
  if (damaged) throw new KernelTestError('KT2014', damaged.what, `Mend it: ${damaged.mend}.`)
  if (protocolVersion >= oldestProtocol && loadedHigh) return
  const version = `${protocolVersion >> 8}.${String(protocolVersion & 0xff).padStart(2, '0')}`
  throw new KernelTestError(
    'KT2014',
    `the Linux kernel has boot protocol ${version}${loadedHigh ? '' : ' and is loaded below 1 MiB'}`,
    'kerneltest starts protocol 2.06 and newer, as a bzImage. Boot older ones from a disk with a boot loader.',
  )
}

function checkCommandLine({ commandLineMax }: LinuxImage, commandLine: string): void {
  const { length } = new TextEncoder().encode(commandLine)
  if (length <= commandLineMax) return
  throw new KernelTestError(
    'KT2011',
    `the command line has ${length} bytes; the kernel reads ${commandLineMax}`,
    `Shorten it by ${length - commandLineMax} bytes, or build settings into the kernel (CONFIG_CMDLINE).`,
  )
}
