import type { Frame } from './frame.ts'

/** Boot sectors are loaded and entered here, as 0000:7C00. */
export const bootSector = { address: 0x7c00, segment: 0x7c0, signature: 0xaa55, bytes: 512 } as const

/** The service returns to what was loaded at a segment, DL the drive that it came from. */
export function startBoot(frame: Frame, drive: number, segment: number = bootSector.segment): void {
  const { regs } = frame
  for (const name of ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp'] as const) regs[name] = 0
  frame.setSegment('ds', 0)
  frame.setSegment('es', 0)
  regs.ax = bootSector.signature
  regs.dl = drive
  frame.flag('if', true)
  if (segment === bootSector.segment) frame.returnTo(0, bootSector.address)
  else frame.returnTo(segment, 0)
}
