import { a20Functions } from './int15-a20.ts'
import { apmFunctions } from './int15-apm.ts'
import { refuse } from './int15-call.ts'
import { configurationFunctions } from './int15-configuration.ts'
import { memoryFunctions } from './int15-memory.ts'
import { mouseFunctions } from './int15-mouse.ts'
import { waitFunctions } from './int15-waits.ts'
import { byFunction, type Service } from './service.ts'

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
  ...a20Functions,
  ...apmFunctions,
  ...waitFunctions,
  ...memoryFunctions,
  ...configurationFunctions,
  ...mouseFunctions,
  // Keyboard intercept, eject of a medium, device open and close, end of program, SysRq, device busy and
  // no longer.
  [0x4f, keepKey],
  [0x52, hook],
  [0x80, hook],
  [0x81, hook],
  [0x82, hook],
  [0x85, hook],
  [0x90, hook],
  [0x91, hook],
])

/** INT 15h: the system's services. */
export const int15 = byFunction(functions, refuse)
