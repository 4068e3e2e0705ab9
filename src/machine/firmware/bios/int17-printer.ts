import type { Service } from './service.ts'

/** INT 17h: printers, of which there are none. */
export const int17: Service = (frame) => {
  frame.flag('cf', true)
  return 'done'
}
