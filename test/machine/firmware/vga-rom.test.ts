import { expect, test } from 'vitest'
import { interruptVectors } from '../../../src/machine/firmware/bios/vectors.ts'
import { fonts } from '../../../src/machine/firmware/vga-bios/fonts.ts'
import { vgaRom } from '../../../src/machine/firmware/vga-bios/vga-rom.ts'
import { smallFont } from '../../../src/support/font-8x8.ts'
import { font } from '../../../src/support/font-8x16.ts'

/** PCI Firmware Specification 3.0, 5.1. */
test('the VGA BIOS is an option ROM: signature, size, checksum, PCI data', () => {
  const { at, bytes } = vgaRom
  const view = new DataView(bytes.buffer)
  expect([at, view.getUint16(0, true), 512 * view.getUint8(2)]).toEqual([0xc_0000, 0xaa55, bytes.length])
  expect(bytes.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0)
  const data = view.getUint16(0x18, true)
  expect(Buffer.from(bytes.subarray(data, data + 4)).toString()).toBe('PCIR')
  expect([view.getUint16(data + 4, true), view.getUint16(data + 6, true)]).toEqual([0x1234, 0x1111])
  expect(512 * view.getUint16(data + 16, true)).toBe(bytes.length)
  // POST calls it far, and it comes back.
  expect(bytes[3]).toBe(0xcb)
})

test('interrupt vectors point to its service and to its fonts', () => {
  const table = new DataView(interruptVectors().buffer)
  const target = (vector: number) =>
    table.getUint16(4 * vector, true) + 16 * table.getUint16(4 * vector + 2, true)
  expect(target(0x42)).toBe(0xf_f065)
  expect(vgaRom.traps.get(target(0x10) + 2)?.service).toBe('int10')
  expect(target(0x6d)).toBe(target(0x10))
  const glyphs = (address: number, count: number) =>
    vgaRom.bytes.subarray(address - vgaRom.at, address - vgaRom.at + count)
  expect(Buffer.from(glyphs(target(0x43), font.length)).equals(font)).toBe(true)
  expect(Buffer.from(glyphs(target(0x1f), 1024)).equals(smallFont.subarray(1024))).toBe(true)
})

test('every font has a glyph of every character, but of those that are blank', () => {
  const blank = Object.entries(fonts).map(([height, { glyphs }]) => {
    const codes = Array.from({ length: 256 }, (_, code) => code)
    const size = Number(height)
    return codes.filter((code) => glyphs.subarray(size * code, size * (code + 1)).every((row) => row === 0))
  })
  expect(blank).toEqual([
    [0, 0x20, 0xff],
    [0, 0x20, 0xff],
    [0, 0x20, 0xff],
  ])
})
