import type { Service } from './service.ts'

/** INT 11h: what the machine has, a bit or two each (Ralf Brown's list, #00226). */
export const int11: Service = ({ regs }, { data }) => {
  regs.ax = data.equipment
  return 'done'
}

/** INT 12h: KiB of conventional memory, up to the extended BIOS data area. */
export const int12: Service = ({ regs }, { data }) => {
  regs.ax = data.memoryKiB
  return 'done'
}
