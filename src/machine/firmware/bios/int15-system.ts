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

const functions: Readonly<Record<number, Service>> = {
  ...waitFunctions,
  /* Keyboard intercept, device open and close, end of program, SysRq, device busy and no longer. */
  79: keepKey,
  128: hook,
  129: hook,
  130: hook,
  133: hook,
  144: hook,
  145: hook,
}

/** INT 15h: the system's services. */
export const int15 = byFunction(functions, refuse)
