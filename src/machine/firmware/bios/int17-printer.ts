import type { Service } from './service.ts'

const timedOut = 0x01

/** INT 17h: printers, of which there are none. */
export const int17: Service = ({ regs }) => {
  regs.ah = timedOut
  return 'done'
}
