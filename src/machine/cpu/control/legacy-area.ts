import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { setX87Words } from '../system/x87-words.ts'
import { protect } from './faults.ts'
import { mxcsrMask } from './model.ts'

/**
 * Where components begin in the 512 bytes that FXSAVE and XSAVE write, and FXRSTOR and XRSTOR read (SDM
 * volume 1, 10.5.1 and 13.4.1). Nothing stands behind the XMM registers.
 */
export const legacyArea = { x87: 0, mxcsr: 24, registers: 32, xmm: 160 } as const

const field = { control: 0, status: 2, tags: 4, opcode: 6, instruction: 8, operand: 16, mask: 28 }
const registerBytes = 16
/** Significand, sign and exponent. */
const valueBytes = 10

/** The end of the XMM registers that the code at hand can name: XMM8 to XMM15 in 64-bit mode only. */
export function xmmEnd(cpu: CpuState): number {
  return legacyArea.xmm + registerBytes * (cpu.is64Bit ? 16 : 8)
}

/** Puts x87, MXCSR and XMM registers into an image. `wide`: pointers of 64 bits, by REX.W. */
export function storeLegacy(cpu: CpuState, image: DataView, wide: boolean): void {
  const status = cpu.u32(state.x87Status)
  image.setUint16(field.control, cpu.u32(state.x87Control), true)
  image.setUint16(field.status, status, true)
  image.setUint8(field.tags, cpu.u32(state.x87Full))
  image.setUint16(field.opcode, cpu.u32(state.x87Opcode), true)
  // Selectors are 0: CPUID says that they are deprecated.
  const bits = wide ? 64 : 32
  image.setBigUint64(field.instruction, BigInt.asUintN(bits, cpu.u64(state.x87Instruction)), true)
  image.setBigUint64(field.operand, BigInt.asUintN(bits, cpu.u64(state.x87Operand)), true)
  image.setUint32(legacyArea.mxcsr, cpu.u32(state.mxcsr), true)
  image.setUint32(field.mask, mxcsrMask, true)
  const [from, to] = [bytesOf(cpu.view), bytesOf(image)]
  for (let index = 0; index < 8; index++) {
    const at = registerAt(status, index)
    to.set(from.subarray(at, at + valueBytes), legacyArea.registers + registerBytes * index)
  }
  to.set(from.subarray(state.xmm, state.xmm + xmmEnd(cpu) - legacyArea.xmm), legacyArea.xmm)
}

/** Takes x87 from an image. */
export function loadX87(cpu: CpuState, image: DataView, wide: boolean): void {
  const pointer = (at: number) => (wide ? image.getBigUint64(at, true) : BigInt(image.getUint32(at, true)))
  const status = image.getUint16(field.status, true)
  setX87Words(cpu, image.getUint16(field.control, true), status)
  cpu.setU32(state.x87Full, image.getUint8(field.tags))
  cpu.setU32(state.x87Opcode, image.getUint16(field.opcode, true) & 0x7ff)
  cpu.setU64(state.x87Instruction, pointer(field.instruction))
  cpu.setU64(state.x87Operand, pointer(field.operand))
  const [from, to] = [bytesOf(image), bytesOf(cpu.view)]
  for (let index = 0; index < 8; index++) {
    const at = legacyArea.registers + registerBytes * index
    to.set(from.subarray(at, at + valueBytes), registerAt(status, index))
  }
}

export function loadXmm(cpu: CpuState, image: DataView): void {
  bytesOf(cpu.view).set(bytesOf(image).subarray(legacyArea.xmm, xmmEnd(cpu)), state.xmm)
}

/** #GP(0) for bits of MXCSR that there are not. */
export function checkMxcsr(image: DataView): void {
  protect((image.getUint32(legacyArea.mxcsr, true) & ~mxcsrMask) !== 0)
}

export function loadMxcsr(cpu: CpuState, image: DataView): void {
  cpu.setU32(state.mxcsr, image.getUint32(legacyArea.mxcsr, true))
}

/** x87 of an image that is 0: as FNINIT leaves it, with registers and pointers 0 (SDM volume 1, 13.6). */
export function initializeX87(image: DataView): void {
  image.setUint16(field.control, 0x37f, true)
}

export function isInitialX87(image: DataView): boolean {
  const { x87, mxcsr, registers, xmm } = legacyArea
  const isRest = isZero(image, x87 + 8, mxcsr) && isZero(image, registers, xmm)
  return image.getBigUint64(x87, true) === 0x37fn && isRest
}

/** XMM registers alone: MXCSR does not count (SDM volume 1, 13.6). */
export function isInitialXmm(cpu: CpuState, image: DataView): boolean {
  return isZero(image, legacyArea.xmm, xmmEnd(cpu))
}

function isZero(image: DataView, from: number, to: number): boolean {
  for (let at = from; at < to; at += 4) if (image.getInt32(at, true) !== 0) return false
  return true
}

const bytesOf = (view: DataView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

/** Where ST(`index`) is in the state. */
const registerAt = (status: number, index: number) =>
  state.x87 + registerBytes * ((index + (status >> 11)) & 7)
