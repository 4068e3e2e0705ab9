import { bios32Entries, romSegment } from './bios-rom.ts'
import { pciFunctions, pciStatus } from './pci-functions.ts'
import type { Service } from './service.ts'

const pciService = 0x4943_5024
const status = { done: 0x00, unknownService: 0x80, unknownFunction: 0x81 } as const

/** Standard BIOS 32-bit Service Directory 0.4: EAX asks for a service, EBX, ECX, EDX tell where it is. */
export const bios32: Service = ({ regs }) => {
  if (regs.bl !== 0) regs.al = status.unknownFunction
  else if (regs.eax !== pciService) regs.al = status.unknownService
  else {
    Object.assign(regs, { ebx: romSegment * 16, ecx: 0x1_0000, edx: bios32Entries.pci, al: status.done })
  }
  return 'done'
}

/** The PCI BIOS called from protected mode: the code in ROM makes CF of AH. */
export const pci32: Service = ({ regs }, { ports }) => {
  regs.ah = pciFunctions.get(regs.al)?.(regs, ports) ?? pciStatus.notSupported
  return 'done'
}
