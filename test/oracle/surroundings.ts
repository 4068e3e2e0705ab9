import type { Row } from '../../src/machine/cpu/table/row.ts'
import type { Encoded } from './encoding.ts'
import { contentFor, x87Operand } from './float-state.ts'
import type { Form } from './forms.ts'
import { baseOf, codeAt, dataAt, dataWindow, segment16, stackAt, stackWindow, takenOffset } from './layout.ts'
import type { Random } from './random.ts'
import { textLength } from './texts.ts'

/** Everything that an instruction can see. */
export interface Surroundings {
  /** RAX to R15 in encoding order. */
  readonly registers: bigint[]
  readonly rflags: number
  readonly data: Uint8Array
  readonly stack: Uint8Array
}

interface Scene extends Surroundings {
  readonly row: Row
  readonly form: Form
  readonly encoded: Encoded
  readonly random: Random
}

const [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi] = [0, 1, 2, 3, 4, 5, 6, 7]

/** Registers, flags and memory that make the instruction worth running, or null where it cannot be. */
export function surround(row: Row, form: Form, encoded: Encoded, random: Random): Surroundings | null {
  const registers = Array.from({ length: 16 }, (_, number) =>
    form.bits === 64 ? random.value() : number < 8 ? BigInt.asUintN(32, random.value()) : 0n,
  )
  const isString = row.facts.repeat !== undefined
  const scene: Scene = {
    ...{ row, form, encoded, random, registers },
    rflags: 0x202 | (random.below(0x1000) & 0x8d5) | (isString ? random.below(2) << 10 : 0),
    data: row.facts.fpu ? contentFor(row, random, dataWindow.bytes) : random.bytes(dataWindow.bytes),
    stack: random.bytes(stackWindow.bytes),
  }
  const isAddressed = encoded.instruction.isMemory && encoded.instruction.base === rsp
  registers[rsp] = stackPointer(scene, stackAt - baseOf(form, 'stack'), isAddressed)
  if (isString) pointToStrings(scene)
  preparations[row.mnemonic]?.(scene)
  if (row.facts.fpu?.startsWith('x87') && encoded.address) {
    const operand = x87Operand(row, random)
    if (operand) poke(scene, encoded.address.linear, operand.value, operand.bytes)
  }
  const wasPinned = encoded.address?.pins ?? new Map<number, bigint>()
  for (const [register, value] of wasPinned) registers[register] = value
  if (afterPins[row.mnemonic]?.(scene) === false) return null
  const { rflags, data, stack } = scene
  return { registers, rflags, data, stack }
}

/** Of a 16-bit stack the upper half of ESP counts only where it is part of an address. */
function stackPointer({ form, random }: Scene, offset: number, isAddressed = false): bigint {
  const high = form.stackBits === 16 && !isAddressed ? random.word() & 0xffff_0000 : 0
  return BigInt((high | offset) >>> 0)
}

/** The low bits of a register as the address size has them; the others are random where they can be. */
function pointer(scene: Scene, value: number): bigint {
  const { form, random, encoded } = scene
  const bits = 8 * encoded.instruction.addressBytes
  const whole = form.bits === 64 ? random.long() : BigInt(random.word())
  return ((whole >> BigInt(bits)) << BigInt(bits)) | BigInt.asUintN(bits, BigInt(value))
}

function pointToStrings(scene: Scene): void {
  const { registers, random, form } = scene
  const middle = dataAt - baseOf(form, 'data')
  registers[rsi] = pointer(scene, middle - 8 + random.below(16))
  registers[rdi] = pointer(scene, middle - 8 + random.below(16))
  registers[rcx] = pointer(scene, random.below(6))
}

function poke({ data, stack }: Scene, linear: number, value: bigint, bytes: number): void {
  for (const [window, memory] of [
    [dataWindow, data],
    [stackWindow, stack],
  ] as const) {
    const at = linear - window.at
    for (let index = 0; index < bytes; index++) {
      if (at + index >= 0 && at + index < window.bytes) {
        memory[at + index] = Number((value >> BigInt(8 * index)) & 0xffn)
      }
    }
  }
}

const targetOf = ({ form, random }: Scene) =>
  BigInt(codeAt - baseOf(form, 'code') + takenOffset) +
  BigInt(form.bits === 16 && random.oneIn(8) ? segment16.codeLimit : 0)

function aimOperand(scene: Scene): boolean {
  const { encoded, registers, form } = scene
  const target = targetOf(scene)
  const { isMemory, rm } = encoded.instruction
  if (isMemory && encoded.address) poke(scene, encoded.address.linear, target, form.bytes)
  else registers[rm] = target
  // What is pushed must not land on the code.
  return isMemory || rm !== rsp
}

/** The stack pointer, or what becomes it, past the limit of a 16-bit stack: #SS. */
function passStackLimit(register: number) {
  return (scene: Scene): void => {
    const { registers, form, random } = scene
    if (form.stackBits === 16 && random.oneIn(10)) {
      registers[register] = stackPointer(scene, segment16.dataLimit + 0x29)
    }
  }
}

function frame(scene: Scene): void {
  const { registers, form, random } = scene
  registers[rbp] = stackPointer(scene, stackAt - baseOf(form, 'stack') + random.below(5) * 8)
  passStackLimit(rbp)(scene)
}

function accumulatorForDivision(scene: Scene): void {
  const { registers, random, row } = scene
  if (random.oneIn(2)) return
  const isByte = row.operands[0] === 'Eb'
  if (isByte) registers[rax] = BigInt(random.below(row.mnemonic === 'DIV' ? 0x400 : 0x40))
  if (row.mnemonic === 'DIV') registers[rdx] = BigInt(random.below(3))
  else {
    const bits = 8 * scene.form.bytes
    const isNegative = BigInt.asIntN(bits, registers[rax] ?? 0n) < 0n
    registers[rdx] = BigInt.asUintN(scene.form.bits === 64 ? 64 : 32, isNegative ? -1n : 0n)
  }
}

function countDown(scene: Scene): void {
  const { registers, random } = scene
  if (!random.oneIn(3)) registers[rcx] = pointer(scene, random.below(3))
}

function measureStrings({ registers, form, random }: Scene): void {
  for (const register of [rax, rdx]) registers[register] = textLength(random, form.bits === 64 ? 64 : 32)
}

function pointToMasked(scene: Scene): void {
  const { registers, random, form } = scene
  const isBeyond = form.bits === 16 && random.oneIn(10)
  const offset = isBeyond ? segment16.dataLimit - 14 : dataAt - baseOf(form, 'data') - 20 + random.below(40)
  registers[rdi] = pointer(scene, offset)
}

const operandBytesOf = ({ row, form }: Scene) => (row.operands[0]?.[1] === 'b' ? 1 : form.bytes)

/** Half of the time the accumulator is what it is compared with. */
function matchAccumulator(scene: Scene): boolean {
  const { registers, encoded, random } = scene
  if (random.oneIn(2)) return true
  const bytes = operandBytesOf(scene)
  if (encoded.address) {
    poke(scene, encoded.address.linear, registers[rax] ?? 0n, bytes)
    return true
  }
  const { rm, hasRex } = encoded.instruction
  const isHigh = bytes === 1 && !hasRex && rm >= 4
  if (!isHigh && rm !== rsp) registers[rm] = registers[rax] ?? 0n
  return true
}

function matchPair(scene: Scene): boolean {
  const { registers, encoded, random, form } = scene
  if (random.oneIn(2) || !encoded.address) return true
  const half = form.bytes === 8 ? 8 : 4
  poke(scene, encoded.address.linear, registers[rax] ?? 0n, half)
  poke(scene, encoded.address.linear + half, registers[rdx] ?? 0n, half)
  return true
}

/** A bit offset in a register reaches some bytes of memory to both sides. */
function shortenBitOffset(scene: Scene): boolean {
  const { encoded, row, registers, random, form } = scene
  if (!encoded.address || row.operands[1] !== 'Gv') return true
  const { reg } = encoded.instruction
  if (encoded.address.pins.has(reg) || reg === rsp) return false
  const size = BigInt(8 * form.bytes)
  const low = BigInt.asUintN(Number(size), BigInt(random.below(800) - 400))
  const high = form.bits === 64 ? random.long() : BigInt(random.word())
  registers[reg] = ((high >> size) << size) | low
  return true
}

function putInBounds(scene: Scene): boolean {
  const { encoded, registers, random, form } = scene
  if (!encoded.address || random.oneIn(4)) return true
  const bits = 8 * form.bytes
  const index = BigInt.asIntN(bits, registers[encoded.instruction.reg] ?? 0n)
  const near = () => BigInt(random.below(4))
  poke(scene, encoded.address.linear, index - near() + 1n, form.bytes)
  poke(scene, encoded.address.linear + form.bytes, index + near() - 1n, form.bytes)
  return true
}

/** Reserved bits are set now and then; never bit 17 alone, which is MISALIGNSSE of AMD. */
function chooseMxcsr(scene: Scene): boolean {
  const { encoded, random } = scene
  const reserved = random.pick([0, 0, 0, 0x1_0000, 0x4_0000, 0x8000_0000, random.word() | 0x1_0000])
  const value = (random.below(0x1_0000) | reserved) >>> 0
  if (encoded.address) poke(scene, encoded.address.linear, BigInt(value), 4)
  return true
}

const stackUser = passStackLimit(rsp)

const preparations: Readonly<Record<string, (scene: Scene) => void>> = {
  DIV: accumulatorForDivision,
  IDIV: accumulatorForDivision,
  ...{ LOOP: countDown, LOOPE: countDown, LOOPNE: countDown, JCXZ: countDown },
  LEAVE: frame,
  ENTER: frame,
  ...{ PUSH: stackUser, POP: stackUser, PUSHA: stackUser, POPA: stackUser },
  XLAT: (scene) => {
    const { registers, form } = scene
    registers[rbx] = pointer(scene, dataAt - baseOf(form, 'data') - 128)
  },
  ...{
    PCMPESTRI: measureStrings,
    PCMPESTRM: measureStrings,
    MASKMOVDQU: pointToMasked,
    MASKMOVQ: pointToMasked,
  },
  RET: (scene) => poke(scene, stackAt, targetOf(scene), scene.form.bytes),
}

/** These look at where the operand is; a refusal has another instruction made. */
const afterPins: Readonly<Record<string, (scene: Scene) => boolean>> = {
  JMP: (scene) => scene.row.operands[0]?.[0] === 'J' || aimOperand(scene),
  CALL: (scene) => scene.row.operands[0]?.[0] === 'J' || aimOperand(scene),
  CMPXCHG: matchAccumulator,
  CMPXCHG8B: matchPair,
  ...{ BT: shortenBitOffset, BTS: shortenBitOffset, BTR: shortenBitOffset, BTC: shortenBitOffset },
  BOUND: putInBounds,
  LDMXCSR: chooseMxcsr,
}
