import type { FloatState } from './float-state.ts'

/** As FXSAVE64 writes it and FXRSTOR64 reads it (SDM volume 1, 10.5.1). */
export const areaBytes = 512
const at = { control: 0, status: 2, full: 4, mxcsr: 24, stack: 32, vectors: 160 } as const

const topOf = (status: number) => (status >> 11) & 7

export function writeArea({ vectors, mxcsr, registers, control, status, full }: FloatState): Buffer {
  const area = Buffer.alloc(areaBytes)
  area.writeUInt16LE(control, at.control)
  area.writeUInt16LE(status, at.status)
  area[at.full] = full
  area.writeUInt32LE(mxcsr, at.mxcsr)
  for (let index = 0; index < 8; index++) {
    const number = (topOf(status) + index) & 7
    area.set(registers.subarray(10 * number, 10 * number + 10), at.stack + 16 * index)
  }
  area.set(vectors, at.vectors)
  return area
}

export function readArea(area: Buffer): FloatState {
  const status = area.readUInt16LE(at.status)
  const registers = new Uint8Array(80)
  for (let index = 0; index < 8; index++) {
    const number = (topOf(status) + index) & 7
    registers.set(area.subarray(at.stack + 16 * index, at.stack + 16 * index + 10), 10 * number)
  }
  return {
    vectors: area.subarray(at.vectors, at.vectors + 256),
    mxcsr: area.readUInt32LE(at.mxcsr),
    registers,
    control: area.readUInt16LE(at.control),
    status,
    full: area[at.full] ?? 0,
  }
}
