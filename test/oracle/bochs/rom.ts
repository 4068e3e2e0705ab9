import type { Assembled } from './assemble.ts'
import type { Piece } from './descriptors.ts'
import { address, gdtLimit, header, maxWatches, piecesAt, romBytes } from './layout.ts'
import type { Probe } from './probe.ts'
import { memoryOf, origin, type State, states } from './states.ts'

/** What registers hold when a probe begins: each its own byte, no address that is canonical. */
export function initialRegister(number: number): bigint {
  return 0x0101_0101_0101_0101n * BigInt(0xa0 + number)
}

/** A probe's state with what the probe sets otherwise. */
export function stateOf(probe: Probe): State {
  const state = states[probe.state]
  const { flags = state.flags, cr0 = state.cr0, cr3 = state.cr3, cr4 = state.cr4, efer = state.efer } = probe
  return { ...state, flags, cr0, cr3, cr4, efer }
}

/** The ROM of one probe, from what all have in common. */
export function buildRom(common: Uint8Array, probe: Probe, { code }: Assembled): Uint8Array {
  const bytes = common.slice()
  writeHeader(new DataView(bytes.buffer, header.at), probe)
  const pieces = [...memoryOf(stateOf(probe)), ...(probe.memory ?? []), { at: address.code, bytes: code }]
  writePieces(bytes, pieces)
  return bytes
}

function writeHeader(view: DataView, probe: Probe): void {
  const state = stateOf(probe)
  const word = (at: number, value: number) => view.setUint16(at, value, true)
  const doubleword = (at: number, value: number) => view.setUint32(at, value, true)
  const real = state.handlers === 16
  doubleword(header.kind, state.kind)
  word(header.gdtr, probe.gdtLimit ?? gdtLimit)
  doubleword(header.gdtr + 2, address.gdt)
  word(header.idtr, probe.idtLimit ?? (real ? 0x3ff : 0xfff))
  doubleword(header.idtr + 2, real ? 0 : address.idt)
  doubleword(header.cr0, state.cr0)
  doubleword(header.cr3, state.cr3)
  doubleword(header.cr4, state.cr4)
  doubleword(header.efer, state.efer)
  word(header.ldtr, probe.ldtr ?? 0)
  word(header.tr, state.tr)
  const virtual = (state.flags & 0x2_0000) !== 0
  for (let index = 0; index < 4; index++) word(header.segments + 2 * index, virtual ? 0 : state.data)
  doubleword(header.maxEvents, probe.events ?? 1)
  doubleword(header.ss, state.ss)
  doubleword(header.sp, state.sp)
  doubleword(header.flags, state.flags)
  doubleword(header.ip, origin(state))
  doubleword(header.cs, state.cs)
  doubleword(header.farEntry, origin(state))
  word(header.farEntry + 4, state.cs)
  doubleword(header.farStack, state.sp)
  word(header.farStack + 4, state.ss)
  for (let number = 0; number < 16; number++)
    view.setBigUint64(header.registers + 8 * number, initialRegister(number), true)
  const watches = probe.watch ?? []
  if (watches.length > maxWatches) throw new Error(`${probe.name} watches more than ${maxWatches} places`)
  doubleword(header.watchCount, watches.length)
  for (const [index, at] of watches.entries()) doubleword(header.watches + 4 * index, at)
}

/** How many bytes a ROM copies to RAM before anything else. */
export function copiedBytes(rom: Uint8Array): number {
  const view = new DataView(rom.buffer, rom.byteOffset)
  let sum = 0
  for (let at = piecesAt; ; ) {
    const count = view.getUint16(at + 4, true)
    if (count === 0) return sum
    sum += count
    at += 6 + count
  }
}

/** Later pieces lie over earlier ones; an empty one is the end. */
function writePieces(rom: Uint8Array, pieces: readonly Piece[]): void {
  const view = new DataView(rom.buffer)
  let at = piecesAt
  for (const piece of pieces) {
    if (at + 12 + piece.bytes.length > romBytes - 16) throw new Error('The pieces are larger than the ROM')
    view.setUint32(at, piece.at, true)
    view.setUint16(at + 4, piece.bytes.length, true)
    rom.set(piece.bytes, at + 6)
    at += 6 + piece.bytes.length
  }
}
