import type { Frame } from './frame.ts'
import { waitFunctions } from './int15-waits.ts'
import { byFunction, type Outcome, type Service } from './service.ts'

const notSupported = 0x86

/** AH = 86h with CF: the answer to what is not there. */
function refuse(frame: Frame): Outcome {
  frame.regs.ah = notSupported
  frame.flag('cf', true)
  return 'done'
}

/** For programs to hook: nothing happens, all is well. */
const hook: Service = (frame) => {
  frame.regs.ah = 0
  frame.flag('cf', false)
  return 'done'
}

/** Keyboard intercept: the scan code in AL is to be used as it is. */
const keepKey: Service = (frame) => {
  frame.flag('cf', true)
  return 'done'
}

const functions = new Map<number, Service>([
  ...waitFunctions,
  // Keyboard intercept, device open and close, end of program, SysRq, device busy and no longer.
  [0x4f, keepKey],
  [0x80, hook],
  [0x81, hook],
  [0x82, hook],
  [0x85, hook],
  [0x90, hook],
  [0x91, hook],
])

/** INT 15h: the system's services. */
export const int15 = byFunction(functions, refuse)
