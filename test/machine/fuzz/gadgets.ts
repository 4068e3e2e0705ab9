import type { Bits } from '../../../src/machine/cpu/decode/decoder.ts'
import type { Random } from '../../oracle/random.ts'
import type { CodeWriter } from './code-writer.ts'
import { at, base16, codeBytes, dataBytes, port, selector } from './layout.ts'

/** What a gadget needs to know about the program that it goes into. */
export interface Place {
  readonly code: CodeWriter
  readonly bits: Bits
  readonly random: Random
  /** Physical address of a paging entry, or of data where there is no paging. */
  readonly entry: () => number
}

type Gadget = (place: Place) => void

const [ax, cx, dx] = [0, 1, 2]
const selectors = Object.values(selector)
const modelRegisters = [
  ...[0x10, 0x17, 0x1b, 0x3a, 0x3b, 0x8b, 0xfe, 0x10a, 0x174, 0x175, 0x176, 0x179, 0x17a, 0x1a0, 0x1d9],
  ...[0x200, 0x201, 0x250, 0x258, 0x268, 0x277, 0x2ff, 0xc000_0080, 0xc000_0081, 0xc000_0082, 0xc000_0083],
  ...[0xc000_0084, 0xc000_0100, 0xc000_0101, 0xc000_0102, 0xc000_0103, 0x1c, 0xc000_0085],
]
const controlRegisters = [0, 2, 3, 4, 8] as const
const segmentRegisters = [0, 2, 3, 4, 5] as const
const trapFlag = 0x100

/** `mov r32, imm32` in every width. */
function load({ code, bits }: Place, register: number, value: number): void {
  if (bits === 16) code.put(0x66)
  code.put(0xb8 + register)
  code.number(value, 4)
}

/** ModRM and what follows for `/digit [linear]`; in 16-bit code DS has the base of the code. */
function absolute({ code, bits }: Place, digit: number, linear: number): void {
  if (bits === 64) code.put((digit << 3) | 4, 0x25)
  else code.put((digit << 3) | (bits === 16 ? 6 : 5))
  if (bits === 16) code.number(linear - base16, 2)
  else code.number(linear, 4)
}

const data = ({ random }: Place) => at.data + random.below(dataBytes)
const codeOffset = ({ bits, random }: Place) => random.below(codeBytes / 4) + (bits === 16 ? 0 : at.code)

/** A value that is small, one bit, all ones but one bit, or anything. */
function value({ random }: Place): number {
  const bit = 1 << random.below(32)
  return random.pick([random.below(16), bit, ~bit, random.word(), at.data + random.below(dataBytes), 0])
}

function reload({ code }: Place): void {
  code.put(0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8)
}

/** Reads a control register, turns one bit over and writes it back. */
function flipControl({ code, bits, random }: Place): void {
  const modrm = 0xc0 | (random.pick(controlRegisters) << 3)
  code.put(0x0f, 0x20, modrm, ...(bits === 16 ? [0x66] : []), 0x0f, 0xba, 0xf8, random.below(32))
  code.put(0x0f, 0x22, modrm)
}

function writeControl(place: Place): void {
  load(place, ax, value(place))
  place.code.put(place.random.oneIn(4) ? 0x44 : 0x90, 0x0f, 0x22, 0xc0 | (place.random.below(8) << 3))
}

function modelRegister(place: Place): void {
  const { code, random } = place
  load(place, cx, random.pick(modelRegisters))
  if (random.oneIn(2)) code.put(0x0f, 0x32)
  else {
    load(place, ax, value(place))
    load(place, dx, random.oneIn(2) ? 0 : value(place))
    code.put(0x0f, 0x30)
  }
}

/** Clears A or D, or changes anything else, of a page that the TLB may still know. */
function changeEntry(place: Place): void {
  const { code, random, entry } = place
  const where = entry()
  switch (random.below(4)) {
    case 0:
      code.put(0x80)
      absolute(place, 6, where + random.below(8))
      code.put(1 << random.below(8))
      break
    case 1:
      code.put(0xc7)
      absolute(place, 0, where)
      code.number(value(place), place.bits === 16 ? 2 : 4)
      break
    default:
      code.put(0x80)
      absolute(place, 4, where)
      code.put(random.pick([0xdf, 0xbf, 0x9f]))
  }
  if (random.oneIn(4)) reload(place)
  if (random.oneIn(4)) {
    code.put(0x0f, 0x01)
    absolute(place, 7, data(place))
  }
}

/** LGDT, LIDT: of a limit and a base in memory that may be anything. */
function loadTable(place: Place): void {
  const { code, random } = place
  const where = data(place)
  if (random.oneIn(2)) {
    code.put(0xc7)
    absolute(place, 0, where + 2)
    code.number(random.pick([at.gdt, at.idt, at.data, value(place)]), place.bits === 16 ? 2 : 4)
  }
  code.put(0x0f, 0x01)
  absolute(place, random.below(2) + 2, where)
}

function segmentRegister(place: Place): void {
  const { code, random } = place
  load(place, ax, random.oneIn(6) ? random.below(0x400) : random.pick(selectors))
  const system = random.oneIn(6)
  if (system) code.put(0x0f, 0x00, 0xd0 | (random.below(2) << 3))
  else code.put(0x8e, 0xc0 | (random.pick(segmentRegisters) << 3))
}

/** PUSH of constants, then RETF or IRET to where they say. */
function farReturn(place: Place): void {
  const { code, random, bits } = place
  const push = (number: number) => {
    code.put(0x68)
    code.number(number, bits === 16 ? 2 : 4)
  }
  const isInterrupt = random.oneIn(2)
  if (isInterrupt && (bits === 64 || random.oneIn(3))) {
    push(random.pick(selectors))
    push(random.pick([at.stack0, at.stack3]) - (bits === 16 ? base16 : 0))
  }
  if (isInterrupt) push(random.pick([2, 0x202, 0x3202, 0x102, 0x2_0002, 0x4002, random.word()]))
  push(random.pick(selectors))
  push(codeOffset(place))
  const wide = bits === 64 && random.oneIn(2) ? [0x48] : []
  code.put(...wide, isInterrupt ? 0xcf : 0xcb)
}

function farPointer(place: Place): void {
  const { code, random, bits } = place
  code.put(bits === 64 || random.oneIn(2) ? 0xea : 0x9a)
  code.number(codeOffset(place), bits === 16 ? 2 : 4)
  code.number(random.pick(selectors), 2)
}

function ports({ code, random }: Place): void {
  const number = random.oneIn(30) ? port.exit : random.pick([port.systemControl, random.below(256)])
  if (number === port.systemControl) code.put(0xb0, random.below(4))
  code.put(0xe4 + random.below(4), number)
}

/** Sets TF, or any other flag, by POPF. */
function flags({ code, random, bits }: Place): void {
  const bit = random.oneIn(2) ? trapFlag : 1 << random.below(16)
  code.put(0x9c, 0x58, 0x35)
  code.number(bit, bits === 16 ? 2 : 4)
  code.put(0x50, 0x9d)
}

function debugRegister(place: Place): void {
  const { code, random } = place
  const number = random.below(8)
  const where = random.oneIn(2) ? at.code + random.below(0x400) : data(place)
  load(place, ax, number < 4 ? where : random.oneIn(2) ? random.word() & 0xffff_03ff : value(place))
  code.put(0x0f, 0x21 | (random.oneIn(4) ? 0 : 2), 0xc0 | (number << 3))
}

function ownCode(place: Place): void {
  const { code, random } = place
  code.put(0xc6)
  absolute(place, 0, at.code + Math.max(0, code.at + random.below(128) - 48))
  code.put(random.word())
}

function repeated(place: Place): void {
  const { code, random } = place
  load(place, cx, random.below(48))
  load(place, 6, data(place) - (place.bits === 16 ? base16 : 0))
  load(place, 7, data(place) - (place.bits === 16 ? base16 : 0))
  const strings = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0x6c, 0x6d, 0x6e, 0x6f]
  code.put(0xf2 + random.below(2), random.pick(strings))
}

function loop(place: Place): void {
  const { code, random } = place
  load(place, cx, random.below(60))
  code.put(0x01, 0xc0 | random.below(8) | 0x18, 0xe2, 0xfc)
}

function fastCall({ code, random }: Place): void {
  const wide = random.oneIn(2) ? [0x48] : [0x90]
  const calls = [
    [0x0f, 0x05],
    [0x0f, 0x07],
    [0x0f, 0x34],
    [0x0f, 0x35],
    [0x0f, 0x01, 0xf8],
  ]
  code.put(...wide, ...random.pick(calls))
}

/**
 * RDPKRU, WRPKRU, XGETBV, XSETBV, MONITOR, MWAIT, RDPMC, INVD, WBINVD: with ECX and EDX as they want them.
 */
function extended(place: Place): void {
  const { code, random } = place
  const plain = [0xee, 0xef, 0xd0, 0xd1, 0xc8, 0xc9].map((last) => [0x0f, 0x01, last])
  load(place, cx, 0)
  load(place, dx, 0)
  load(place, ax, random.oneIn(2) ? data(place) : 1 + 2 * random.below(2))
  code.put(...random.pick([...plain, [0x0f, 0x33], [0x0f, 0x08], [0x0f, 0x09]]))
}

/** Saves state to an area, and loads from it what stands there by then: its header may be refused. */
function saves(place: Place): void {
  const { code, random } = place
  const area = data(place) & ~63
  load(place, dx, 0)
  load(place, ax, random.below(8))
  for (const digit of [random.pick([0, 4, 4, 6]), random.pick([1, 5, 5])]) {
    code.put(0x0f, 0xae)
    absolute(place, digit, area)
  }
}

/** FLDCW and LDMXCSR of what stands anywhere: masks, rounding, precision. */
function rounding(place: Place): void {
  const { code, random } = place
  if (random.oneIn(2)) {
    code.put(0xd9)
    absolute(place, 5, data(place))
    return
  }
  code.put(0xc7)
  absolute(place, 0, at.data)
  code.number(random.oneIn(2) ? 0x1f80 : random.below(0x1_0000), place.bits === 16 ? 2 : 4)
  code.put(0x0f, 0xae)
  absolute(place, 2, at.data)
}

const waits: Gadget = ({ code, random }) => code.put(0xfa + random.below(2), 0xf4)

function interrupt({ code, random }: Place): void {
  const calls = [[0xcd, random.below(256)], [0xcc], [0xf1], [0xce], [0xcd, random.below(32)]]
  code.put(...random.pick(calls))
}

const callAndReturn: Gadget = ({ code, bits }) => {
  code.put(0xe8)
  code.number(2, bits === 16 ? 2 : 4)
  code.put(0xeb, 1, 0xc3)
}

const gadgets: readonly Gadget[] = [
  ...[reload, extended, flipControl, writeControl, modelRegister, changeEntry, changeEntry, loadTable],
  ...[segmentRegister, segmentRegister, farReturn, farReturn, farPointer, ports, flags, debugRegister],
  ...[ownCode, repeated, repeated, loop, loop, fastCall, waits, interrupt, callAndReturn],
  ...[saves, saves, rounding],
]

/** A few instructions that belong together: what random ones would hardly ever be. */
export function writeGadget(place: Place): void {
  place.random.pick(gadgets)(place)
}
