import { videoMemoryBytes } from '../../../layout.ts'
import { bytesOf } from '../../bios/little-endian.ts'
import { pciDevice, readPci } from '../../bios/pci-functions.ts'
import type { Platform } from '../../bios/service.ts'
import { modeFacts } from '../mode-facts.ts'
import { romSegment, vbeRom } from '../rom-map.ts'
import { vgaIdentity } from '../vga-identity.ts'
import { type VbeFunction, vbeStatus } from './vbe-function.ts'
import { bitsOfPixel, bytesOfLines, type VbeMode, vbeModes } from './vbe-modes.ts'

const version = 0x0300
/** The DAC can have eight bits a color. */
const capabilities = 1
const windowBytes = 0x1_0000
const blockBytes = 256
/** Of VbeInfoBlock: scratch memory for the implementation, to the end of its first 256 bytes. */
const reserved = 34

const farPointer = (offset: number) => [...bytesOf(offset, 2), ...bytesOf(romSegment, 2)]

const vgaNumbers = 0x80
const endOfList = 0xffff

function modeList(): number[] {
  const vgaModes = Array.from({ length: vgaNumbers }, (_, number) => number).filter(modeFacts)
  return [...vbeModes.keys(), ...vgaModes, endOfList].flatMap((number) => [...bytesOf(number, 2)])
}

/**
 * Function 00h: VbeInfoBlock, of 512 bytes for who asks for version 2 (VBE 3.0, 4.3). The list of modes is
 * in its reserved area, as other BIOSes have it: the far pointer taken for a linear one leads there too.
 */
export const controllerInformation: VbeFunction = (frame) => {
  const { di } = frame.regs
  const asksForMore = String.fromCharCode(...frame.read('es', di, 4)) === 'VBE2'
  const block = new Uint8Array(asksForMore ? 2 * blockBytes : blockBytes)
  block.set([...'VESA'].map((letter) => letter.charCodeAt(0)))
  block.set([...bytesOf(version, 2), ...farPointer(vbeRom.oem), ...bytesOf(capabilities, 4)], 4)
  const listAt = [...bytesOf(di + reserved, 2), ...bytesOf(frame.selector('es'), 2)]
  block.set([...listAt, ...bytesOf(videoMemoryBytes / windowBytes, 2)], 14)
  block.set(modeList(), reserved)
  if (asksForMore) {
    const names = [vbeRom.vendor, vbeRom.product, vbeRom.revision].flatMap(farPointer)
    block.set([...bytesOf(1, 2), ...names], 20)
  }
  frame.write('es', di, block)
  return vbeStatus.done
}

/** Bits of ModeAttributes. */
const attribute = {
  supported: 0x01,
  extended: 0x02,
  prints: 0x04,
  color: 0x08,
  graphics: 0x10,
  notVga: 0x20,
  linear: 0x80,
} as const

const memoryModel = { text: 0, cga: 1, planar: 3, packed: 4, direct: 6 } as const

/** Fields that modes differ in. */
interface Described {
  readonly attributes: number
  readonly segment: number
  readonly pitch: number
  readonly width: number
  readonly height: number
  readonly cellWidth: number
  readonly cellHeight: number
  readonly planes: number
  readonly bits: number
  readonly model: number
  readonly pages: number
  /** Size and lowest bit of red, green, blue and what is left over. */
  readonly colors: readonly number[]
  readonly framebuffer: number
}

const colors: Readonly<Record<number, readonly number[]>> = {
  15: [5, 10, 5, 5, 5, 0, 1, 15],
  16: [5, 11, 6, 5, 5, 0, 0, 0],
  24: [8, 16, 8, 8, 8, 0, 0, 0],
  32: [8, 16, 8, 8, 8, 0, 8, 24],
}
const noColors = Array<number>(8).fill(0)

function describe(mode: VbeMode, framebuffer: number): Described {
  const { width, height, depth } = mode
  const { supported, extended, color, graphics, notVga, linear } = attribute
  const pitch = bytesOfLines(mode, width)
  const [isPlanar, isPacked] = [depth === 4, depth === 8]
  const image = Math.ceil((pitch * height) / windowBytes) * windowBytes * (isPlanar ? 4 : 1)
  return {
    attributes: supported | extended | color | graphics | notVga | (isPlanar ? 0 : linear),
    ...{ segment: 0xa000, pitch, width, height, cellWidth: 8, cellHeight: 16, planes: isPlanar ? 4 : 1 },
    bits: depth === 15 ? depth : bitsOfPixel(mode),
    model: isPlanar ? memoryModel.planar : isPacked ? memoryModel.packed : memoryModel.direct,
    pages: Math.floor(videoMemoryBytes / image) - 1,
    colors: colors[depth] ?? noColors,
    framebuffer: isPlanar ? 0 : framebuffer,
  }
}

/** Of the VGA's own modes; null for a number that is none. */
function describeVga(number: number): Described | null {
  const facts = modeFacts(number)
  if (!facts) return null
  const { kind, columns, rows, height: cellHeight, memory, pages, depth } = facts
  const isText = kind === 'text'
  const isColor = number === 7 ? 0 : attribute.color
  return {
    attributes:
      attribute.supported |
      attribute.extended |
      attribute.prints |
      isColor |
      (isText ? 0 : attribute.graphics),
    segment: memory / 16,
    pitch: isText ? 2 * columns : kind === 'planar' ? columns : columns * depth,
    width: isText ? columns : 8 * columns,
    height: isText ? rows : rows * cellHeight,
    cellWidth: isText ? 9 : 8,
    cellHeight,
    planes: kind === 'planar' ? 4 : 1,
    bits: depth,
    model: {
      text: memoryModel.text,
      cga: memoryModel.cga,
      planar: memoryModel.planar,
      bytes: memoryModel.packed,
    }[kind],
    pages: pages - 1,
    colors: noColors,
    framebuffer: 0,
  }
}

/** A window that is read and written. */
const window = 0x07
const windowKiB = 64

/** ModeInfoBlock (VBE 3.0, 4.4): what a bank shows, then the same of linear memory. */
function modeBlock(mode: Described): Uint8Array {
  const { attributes, segment, pitch, width, height, cellWidth, cellHeight, planes, bits, model, pages } =
    mode
  const isLinear = mode.framebuffer !== 0
  const [lineBytes, linearPages] = isLinear ? [pitch, pages] : [0, 0]
  // What is left over of a pixel of 32 bits may be used.
  const directColors = bits === 32 ? 2 : 0
  const block = new Uint8Array(blockBytes)
  block.set([
    ...[...bytesOf(attributes, 2), window, 0, ...bytesOf(windowKiB, 2), ...bytesOf(windowKiB, 2)],
    ...[...bytesOf(segment, 2), 0, 0, ...farPointer(vbeRom.windowFunction), ...bytesOf(pitch, 2)],
    ...[...bytesOf(width, 2), ...bytesOf(height, 2), cellWidth, cellHeight, planes, bits],
    ...[model === memoryModel.cga ? 2 : 1, model, model === memoryModel.cga ? 8 : 0, pages & 0xff, 1],
    ...[...mode.colors, directColors],
    ...[...bytesOf(mode.framebuffer, 4), 0, 0, 0, 0, 0, 0],
    ...[...bytesOf(lineBytes, 2), pages & 0xff, linearPages & 0xff],
    ...(isLinear ? mode.colors : noColors),
  ])
  return block
}

/** Function 01h. */
export const modeInformation: VbeFunction = (frame, platform) => {
  const { cx, di } = frame.regs
  const number = cx & 0x3fff
  const mode = vbeModes.get(number)
  const described = mode ? describe(mode, framebufferAt(platform)) : describeVga(number)
  if (!described) return vbeStatus.failed
  frame.write('es', di, modeBlock(described))
  return vbeStatus.done
}

const firstBar = 0x10

/** Where the VGA's function shows it now; 0 where it does not. */
function framebufferAt({ ports }: Platform): number {
  const slot = pciDevice(ports, vgaIdentity)
  return slot === null ? 0 : (readPci(ports, slot, firstBar) & ~15) >>> 0
}
