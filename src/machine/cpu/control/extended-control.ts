import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { protect, undefinedIf } from './faults.ts'
import { supportedXcr0, xcr0Bit } from './model.ts'

/** XCR0 (SDM volume 1, 13.3) and PKRU (volume 3, 4.6.2), by the instructions of volume 2. */
export const extendedControlInstructions: SystemInstructions = {
  XGETBV: ({ state: cpu }) => {
    undefinedIf((cpu.cr4 & cr4Bit.osxsave) === 0)
    protect(cpu.general(1, 4) !== 0n)
    setPair(cpu, cpu.u64(state.xcr0))
    return 'next'
  },
  XSETBV: ({ state: cpu }) => {
    undefinedIf((cpu.cr4 & cr4Bit.osxsave) === 0)
    const value = (cpu.general(2, 4) << 32n) | cpu.general(0, 4)
    protect(cpu.cpl !== 0 || cpu.general(1, 4) !== 0n)
    protect((value & BigInt(xcr0Bit.x87)) === 0n || (value & ~BigInt(supportedXcr0(cpu))) !== 0n)
    cpu.setU64(state.xcr0, value)
    return 'next'
  },
  RDPKRU: ({ state: cpu }) => {
    undefinedIf((cpu.cr4 & cr4Bit.pke) === 0)
    protect(cpu.general(1, 4) !== 0n)
    setPair(cpu, cpu.u64(state.pkru))
    return 'next'
  },
  WRPKRU: ({ state: cpu, tlb }) => {
    undefinedIf((cpu.cr4 & cr4Bit.pke) === 0)
    protect(cpu.general(1, 4) !== 0n || cpu.general(2, 4) !== 0n)
    cpu.setU64(state.pkru, cpu.general(0, 4))
    tlb.recheck()
    return 'next'
  },
}

function setPair(cpu: CpuState, value: bigint): void {
  cpu.setGeneral(0, value, 4)
  cpu.setGeneral(2, value >> 32n, 4)
}
