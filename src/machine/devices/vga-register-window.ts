import { edid } from '../../support/edid.ts'
import type { Chip } from '../bus/chip.ts'
import type { Vga } from './vga.ts'

/** Parts of the window, by offset: EDID, ports 3C0h to 3DFh, VBE registers, those of QEMU's own. */
const part = {
  edid: 0,
  edidEnd: 0x400,
  vga: 0x400,
  vgaEnd: 0x420,
  vbe: 0x500,
  vbeEnd: 0x516,
  own: 0x600,
} as const
/** Offset of port 3C0h in the chip's ports. */
const firstPort = 0x10
/** Bytes of QEMU's own registers, and their second one: pixels have their lowest byte first. */
const own = { bytes: 8, littleEndian: 0x1e1e_1e1e } as const

/**
 * Registers of a VGA in memory, which the third window of QEMU's standard VGA shows ("QEMU Standard VGA",
 * docs/specs).
 */
export class VgaRegisterWindow implements Chip {
  readonly #vga: Vga

  constructor(vga: Vga) {
    this.#vga = vga
  }

  read(offset: number, size: number): number {
    if (offset >= part.vbe && offset < part.vbeEnd) return this.#readVbe(offset - part.vbe, size)
    let value = 0
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + this.#readByte(offset + byte)
    return value
  }

  write(offset: number, size: number, value: number): void {
    const isVbe = offset >= part.vbe && offset < part.vbeEnd
    for (let done = 0; done < size; done += isVbe ? 2 : 1) {
      const rest = Math.floor(value / 2 ** (8 * done))
      if (isVbe) this.#writeVbe(offset + done - part.vbe, size, rest & 0xffff)
      else this.#writeByte(offset + done, rest & 0xff)
    }
  }

  /** Words at even addresses, and two of them at once. */
  #readVbe(offset: number, size: number): number {
    const word = (at: number) => this.#vga.vbe.register(at / 2)
    if (size === 1 || offset % 2 !== 0) return 2 ** (8 * size) - 1
    return size === 2 ? word(offset) : word(offset) + word(offset + 2) * 0x1_0000
  }

  #writeVbe(offset: number, size: number, value: number): void {
    if (size > 1 && offset % 2 === 0) this.#vga.setVbeRegister(offset / 2, value)
  }

  #readByte(offset: number): number {
    if (offset < part.edidEnd) return edid[offset - part.edid] ?? 0
    if (offset >= part.vga && offset < part.vgaEnd) return this.#vga.read(offset - part.vga + firstPort, 1)
    return ownRegisters[offset - part.own] ?? 0xff
  }

  #writeByte(offset: number, value: number): void {
    if (offset >= part.vga && offset < part.vgaEnd) this.#vga.write(offset - part.vga + firstPort, 1, value)
  }
}

const ownRegisters = new Uint8Array(Uint32Array.of(own.bytes, own.littleEndian).buffer)
