import { cr4Bit, flagBit } from '../register-bits.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { vector } from '../vector.ts'

const arithmetic =
  flagBit.carry | flagBit.parity | flagBit.auxiliary | flagBit.zero | flagBit.sign | flagBit.overflow

/** What any POPF and IRET may change. */
const always = arithmetic | flagBit.trap | flagBit.direction | flagBit.nestedTask
const alwaysWide = flagBit.alignmentCheck | flagBit.id
const reservedSet = 2

/** Flags of an image that the code at hand may change with POPF (SDM volume 2, POPF). */
export function popMask(cpu: CpuState, bytes: number): number {
  const wide = bytes === 2 ? 0 : alwaysWide
  return always | wide | privileged(cpu)
}

/**
 * Of an IRET: RF too, and in protected mode at level 0 VIF and VIP (SDM volume 2, IRET). 16 bits reach no
 * upper flag.
 */
export function returnMask(cpu: CpuState, bytes: number): number {
  if (bytes === 2) return always | privileged(cpu)
  const virtual = flagBit.virtualInterrupt | flagBit.virtualInterruptPending
  const outer = cpu.isProtected && cpu.cpl === 0 ? virtual : 0
  return always | alwaysWide | flagBit.resume | outer | privileged(cpu)
}

/** IF by IOPL, IOPL by level 0. Real mode is level 0. */
function privileged(cpu: CpuState): number {
  const level = cpu.isVirtual8086 ? 3 : cpu.cpl
  const enable = level <= cpu.iopl ? flagBit.interrupt : 0
  return enable | (level === 0 ? flagBit.ioplMask | flagBit.interrupt : 0)
}

export function changeFlags(cpu: CpuState, image: number, mask: number): void {
  cpu.flags = (cpu.flags & ~mask) | (image & mask) | reservedSet
}

/** Whether an 8086 program's IF is VIF: virtual-8086 mode with CR4.VME, below IOPL 3. */
export function hasVirtualInterrupts(cpu: CpuState): boolean {
  return cpu.isVirtual8086 && cpu.iopl < 3 && (cpu.cr4 & cr4Bit.vme) !== 0
}

/**
 * Sets flags from a 16-bit image under VME: IF goes to VIF, IOPL stays (SDM volume 3, 20.3.3.4).
 * @throws GuestFault #GP(0) where an interrupt waits for VIF, or TF would be set
 */
export function changeVirtualFlags(cpu: CpuState, image: number): void {
  checkVirtualFlags(cpu, image)
  const enabled = image & flagBit.interrupt ? flagBit.virtualInterrupt : 0
  changeFlags(cpu, (image & 0xffff) | enabled, always | flagBit.virtualInterrupt)
}

export function checkVirtualFlags(cpu: CpuState, image: number): void {
  const waits = (cpu.flags & flagBit.virtualInterruptPending) !== 0
  if ((waits && image & flagBit.interrupt) || image & flagBit.trap) {
    throw new GuestFault(vector.generalProtection)
  }
}
