import { ports } from '../../layout.ts'

/** 16-bit machine code: bytes, and calls of services. */
export type Code = readonly (number | Trap)[]

/** Calls a service by its name; the processor goes on behind it when the service is done. */
export interface Trap {
  readonly service: string
  /** The caller's flags are on top of the stack, rather than behind the address of an interrupted program. */
  readonly isFar?: boolean
}

/** An instruction in hexadecimal, and what it is. */
export type CodeRow = readonly [code: string, instruction: string]

export function bytesOfRows(rows: readonly CodeRow[]): readonly number[] {
  return rows.flatMap(([hex]) => hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [])
}

/** Instructions by their mnemonics, as SDM volume 2 encodes them. */
export const asm = {
  popAx: [0x58],
  pushAx: [0x50],
  push: { ax: [0x50], cx: [0x51], dx: [0x52], bx: [0x53], ds: [0x1e] },
  popDs: [0x1f],
  pusha: [0x60],
  popa: [0x61],
  orSiSi: [0x0b, 0xf6],
  orAhAh: [0x0a, 0xe4],
  retf: [0xcb],
  pushFlags: [0x9c],
  popFlags: [0x9d],
  /** `cmp ah, 1` and `cmc`: CF is set unless AH is 0. */
  carryIfAh: [0x80, 0xfc, 0x01, 0xf5],
  /** `call far [at]` of DS. */
  callFarAt: (at: number) => [0xff, 0x1e, ...word(at)],
  addSp: (bytes: number) => [0x83, 0xc4, bytes],
  jzShort: (distance: number) => [0x74, distance & 0xff],
  iret: [0xcf],
  hlt: [0xf4],
  cli: [0xfa],
  sti: [0xfb],
  stc: [0xf9],
  nop: [0x90],
  int: (vector: number) => [0xcd, vector],
  inAl: (port: number) => [0xe4, port],
  outAl: (port: number) => [0xe6, port],
  movAl: (value: number) => [0xb0, value],
  movAh: (value: number) => [0xb4, value],
  /** Over so many bytes of what follows, or back. */
  jmpShort: (distance: number) => [0xeb, distance & 0xff],
  cmpAl: (value: number) => [0x3c, value],
  cmpAh: (value: number) => [0x80, 0xfc, value],
  jneShort: (distance: number) => [0x75, distance & 0xff],
  movAx: (value: number) => [0xb8, ...word(value)],
  movDsAx: [0x8e, 0xd8],
  /** `or byte [at], bits` of DS. */
  orByteAt: (at: number, bits: number) => [0x80, 0x0e, ...word(at), bits],
  movAhAl: [0x88, 0xc4],
  movAlAh: [0x88, 0xe0],
  jcShort: (distance: number) => [0x72, distance & 0xff],
  /** `from`: the offset behind the jump. */
  jmpNear: (from: number, to: number) => [0xe9, ...word(to - from)],
  jmpFar: (segment: number, offset: number) => [0xea, ...word(offset), ...word(segment)],
} as const

/** Two bytes, as data. */
export function word(value: number): readonly number[] {
  return [value & 0xff, (value >> 8) & 0xff]
}

export function text(characters: string): readonly number[] {
  return Array.from(characters, (character) => character.charCodeAt(0))
}

export function service(name: string): Code {
  return [{ service: name }]
}

/** What is called far, with CF as its answer, from code of 16 or 32 bits. */
export function farService(name: string): Code {
  return [...asm.pushFlags, { service: name, isFar: true }, ...asm.popFlags, ...asm.retf]
}

const wait = [...asm.sti, ...asm.nop, ...asm.cli]
const trap = asm.outAl(ports.firmwareTrap.first)

/**
 * What a {@link Trap} is in ROM. The first OUT calls the service, which is done, and the jump goes over the
 * rest; or it is to be called again: the processor goes on at the STI, interrupts come in, the second OUT
 * calls.
 */
export const trapBytes: readonly number[] = [
  ...trap,
  ...asm.jmpShort(wait.length + trap.length),
  ...wait,
  ...trap,
]

/** Bytes of machine code. */
export function lengthOf(code: Code): number {
  return code.reduce<number>((sum, item) => sum + (typeof item === 'number' ? 1 : trapBytes.length), 0)
}

/** Offsets in {@link trapBytes}: behind the two OUTs, and of the STI. */
export const trapOffsets = {
  called: trap.length,
  wait: trapBytes.length - trap.length - wait.length,
  calledAgain: trapBytes.length,
} as const
