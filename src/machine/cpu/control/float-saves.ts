import { cr4Bit } from '../register-bits.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { StateArea } from '../system/state-area.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { checkMxcsr, legacyArea, loadMxcsr, loadX87, loadXmm, storeLegacy, xmmEnd } from './legacy-area.ts'

const alignment = 16

/**
 * FXSAVE and FXRSTOR, with REX.W too (SDM volume 2; volume 1, 10.5). Without CR4.OSFXSR they leave XMM
 * registers out, but not MXCSR: the manual leaves that to the processor. A pending exception of x87 does not
 * stop them.
 */
export const floatSaves: SystemInstructions = {
  FXSAVE: (processor, operation) => {
    const { state: cpu } = processor
    const area = new StateArea(processor, operation, alignment)
    const image = new DataView(new ArrayBuffer(xmmEnd(cpu)))
    storeLegacy(cpu, image, operation.bytes === 8)
    area.write(image, [[0, savedBytes(cpu)]])
    return 'next'
  },
  FXRSTOR: (processor, operation) => {
    const { state: cpu } = processor
    const area = new StateArea(processor, operation, alignment)
    const image = new DataView(new ArrayBuffer(xmmEnd(cpu)))
    area.read(image, [[0, savedBytes(cpu)]])
    checkMxcsr(image)
    loadX87(cpu, image, operation.bytes === 8)
    loadMxcsr(cpu, image)
    if (hasXmm(cpu)) loadXmm(cpu, image)
    return 'next'
  },
}

const hasXmm = (cpu: CpuState) => (cpu.cr4 & cr4Bit.osfxsr) !== 0
const savedBytes = (cpu: CpuState) => (hasXmm(cpu) ? xmmEnd(cpu) : legacyArea.xmm)
