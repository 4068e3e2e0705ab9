import { x87StatusBit } from '../register-bits.ts'
import { state, unarmed } from '../state-layout.ts'
import { type CpuState, isCanonical } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Operation } from '../system/operation.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { setX87Words } from '../system/x87-words.ts'
import { vector } from '../vector.ts'
import { linearBits } from './model.ts'

const masks = 0x3f
const initialControl = 0x37f
const tag = { valid: 0, zero: 1, special: 2, empty: 3 } as const
const opcodeMask = 0x7ff
const fieldCount = 7
const registerBytes = 10
const registerCount = 8

/** A state of x87 that instructions store and load, but registers. */
interface Environment {
  readonly control: number
  readonly status: number
  readonly tags: number
  readonly instruction: number
  readonly operand: number
  readonly opcode: number
}

/** How the pointers stand in the last four of seven fields (SDM volume 1, figures 8-9 to 8-12). */
interface Layout {
  readonly save: (from: Environment) => readonly [number, number, number, number]
  readonly load: (fields: readonly number[]) => Pick<Environment, 'instruction' | 'operand' | 'opcode'>
}

/** FCS and FDS are 0. The opcode is not there with operands of 16 bits, which have no room for it. */
const protectedLayout: Layout = {
  save: ({ instruction, operand, opcode }) => [instruction, opcode << 16, operand, ones << 16],
  load: ([instruction = 0, behind = 0, operand = 0]) => {
    return { instruction, opcode: (behind >>> 16) & opcodeMask, operand }
  },
}

const ones = 0xffff
/** In real and virtual-8086 mode a field has 16 bits of a pointer, the next those above them. */
const above = { mask: 0x0fff_f000, shift: 4 } as const

const paragraphLayout: Layout = {
  save: ({ instruction, operand, opcode }) => [
    instruction | (ones << 16),
    ((instruction >>> above.shift) & above.mask) | opcode,
    operand | (ones << 16),
    (operand >>> above.shift) & above.mask,
  ],
  load: ([instruction = 0, behind = 0, operand = 0, last = 0]) => {
    const joined = (low: number, high: number) => (low & ones) | ((high & above.mask) << above.shift)
    return {
      instruction: joined(instruction, behind),
      opcode: behind & opcodeMask,
      operand: joined(operand, last),
    }
  },
}

const layoutOf = (cpu: CpuState) => (cpu.hasParagraphs ? paragraphLayout : protectedLayout)
const fieldBytes = (operation: Operation) => (operation.bytes === 2 ? 2 : 4)

function environmentOf(cpu: CpuState): Environment {
  return {
    control: cpu.u32(state.x87Control),
    status: cpu.u32(state.x87Status),
    tags: tagWord(cpu),
    instruction: cpu.u32(state.x87Instruction),
    operand: cpu.u32(state.x87Operand),
    opcode: cpu.u32(state.x87Opcode),
  }
}

/** Two bits for each of R0 to R7. */
function tagWord(cpu: CpuState): number {
  return Array.from({ length: registerCount }, (_, number) => tagOf(cpu, number) << (2 * number)).reduce(
    (word, bits) => word | bits,
    0,
  )
}

function tagOf(cpu: CpuState, number: number): number {
  if (((cpu.u32(state.x87Full) >> number) & 1) === 0) return tag.empty
  const at = state.x87 + 16 * number
  const significand = cpu.u64(at)
  const exponent = cpu.u32(at + 8) & 0x7fff
  if (exponent === 0 && significand === 0n) return tag.zero
  const isNormal = exponent !== 0 && exponent !== 0x7fff && significand >> 63n === 1n
  return isNormal ? tag.valid : tag.special
}

/** Throws what writing the image would throw: #GP and #SS before #PF, #AC as of its fields. */
function probeWrite(cpu: CpuState, operation: Operation, bytes: number): void {
  const linear = operation.linear(0n, bytes, 'w')
  if (cpu.is64Bit && !isCanonical(linear + BigInt(bytes - 1), linearBits(cpu))) {
    throw new GuestFault(operation.privilege === 'stack' ? vector.stack : vector.generalProtection)
  }
  const misaligned = linear % BigInt(fieldBytes(operation)) !== 0n
  if (misaligned && (cpu.u32(state.unarmed) & unarmed.alignment) !== 0) throw new GuestFault(vector.alignment)
  operation.probeWrite(0n, bytes)
}

/** Field by field, as alignment checks want it. */
function store(operation: Operation, cpu: CpuState): void {
  const bytes = fieldBytes(operation)
  const from = environmentOf(cpu)
  // Words have ones above them.
  const words = [from.control, from.status, from.tags].map((word) => word | (ones << 16))
  for (const [index, value] of [...words, ...layoutOf(cpu).save(from)].entries()) {
    operation.writeMemory(BigInt(index * bytes), BigInt.asUintN(8 * bytes, BigInt(value)), bytes)
  }
}

function load(operation: Operation, cpu: CpuState): Environment {
  const bytes = fieldBytes(operation)
  const fields = Array.from({ length: fieldCount }, (_, index) =>
    Number(operation.readMemory(BigInt(index * bytes), bytes)),
  )
  const [first = 0, status = 0, tags = 0, ...pointers] = fields
  return { control: first, status: status & ones, tags, ...layoutOf(cpu).load(pointers) }
}

function setEnvironment(cpu: CpuState, to: Environment): void {
  setX87Words(cpu, to.control, to.status)
  const full = Array.from({ length: registerCount }, (_, number) => {
    return ((to.tags >> (2 * number)) & 3) === tag.empty ? 0 : 1 << number
  })
  cpu.setU32(
    state.x87Full,
    full.reduce((all, bit) => all | bit, 0),
  )
  cpu.setU64(state.x87Instruction, BigInt(to.instruction >>> 0))
  cpu.setU64(state.x87Operand, BigInt(to.operand >>> 0))
  cpu.setU32(state.x87Opcode, to.opcode)
}

/** Where ST(0) to ST(7) stand in the image, and in the state. */
function registersOf(operation: Operation, status: number): { readonly at: bigint; readonly from: number }[] {
  const top = (status & x87StatusBit.top) >> 11
  const first = fieldCount * fieldBytes(operation)
  return Array.from({ length: registerCount }, (_, index) => ({
    at: BigInt(first + registerBytes * index),
    from: state.x87 + 16 * ((top + index) & 7),
  }))
}

const halves = [0, 2, 4, 6, 8]

/** After FNSAVE, as after FNINIT. */
function initialize(cpu: CpuState): void {
  setEnvironment(cpu, {
    control: initialControl,
    status: 0,
    tags: ones,
    instruction: 0,
    operand: 0,
    opcode: 0,
  })
}

/** The environment and the registers in memory: in every mode, with operands of 16 and 32 bits. */
export const x87EnvironmentInstructions: SystemInstructions = {
  FNSTENV: ({ state: cpu }, operation) => {
    probeWrite(cpu, operation, fieldCount * fieldBytes(operation))
    store(operation, cpu)
    setX87Words(cpu, cpu.u32(state.x87Control) | masks, cpu.u32(state.x87Status))
    return 'next'
  },
  FLDENV: ({ state: cpu }, operation) => {
    setEnvironment(cpu, load(operation, cpu))
    return 'next'
  },
  FNSAVE: ({ state: cpu }, operation) => {
    probeWrite(cpu, operation, fieldCount * fieldBytes(operation) + registerCount * registerBytes)
    store(operation, cpu)
    for (const { at, from } of registersOf(operation, cpu.u32(state.x87Status))) {
      for (const half of halves) {
        operation.writeMemory(at + BigInt(half), cpu.view.getUint16(from + half, true), 2)
      }
    }
    initialize(cpu)
    return 'next'
  },
  FRSTOR: ({ state: cpu }, operation) => {
    const environment = load(operation, cpu)
    const values = registersOf(operation, environment.status).map(({ at, from }) => ({
      from,
      words: halves.map((half) => Number(operation.readMemory(at + BigInt(half), 2))),
    }))
    setEnvironment(cpu, environment)
    for (const { from, words } of values) {
      words.forEach((word, index) => {
        cpu.view.setUint16(from + 2 * index, word, true)
      })
    }
    return 'next'
  },
}
