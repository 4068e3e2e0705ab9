import { acknowledged, controllerPort } from './quiet-controller.ts'
import type { Platform } from './service.ts'

const setLights = 0xed
/** Bits of `keyboardLights`, behind the lights themselves (Ralf Brown's MEMORY.LST, 40:97h). */
const state = { lights: 0x07, commandTaken: 0x10, isTold: 0x40 } as const
const firstLock = 4

const locksIn = (flags: number) => (flags >> firstLock) & state.lights

/** Tells the keyboard of locks that its lights do not show (IBM PC AT BIOS listing of 11/15/85, INT 16h). */
export function followLocks(platform: Platform): void {
  const { keyboardFlags, keyboardLights } = platform.data
  if ((keyboardLights & state.isTold) !== 0) return
  if (locksIn(keyboardFlags) !== (keyboardLights & state.lights)) tellLights(platform)
}

/** Begins to tell the keyboard which locks are on; its answers come as bytes of their own. */
export function tellLights({ data, ports }: Platform): void {
  data.keyboardLights = locksIn(data.keyboardFlags) | state.isTold
  ports.write(controllerPort.data, 1, setLights)
}

/** Takes what the keyboard says that is no key. */
export function takeAnswer(platform: Platform, byte: number): void {
  const { data, ports } = platform
  const lights = data.keyboardLights
  if ((lights & state.isTold) === 0) return
  if (byte === acknowledged && (lights & state.commandTaken) === 0) {
    data.keyboardLights = lights | state.commandTaken
    ports.write(controllerPort.data, 1, lights & state.lights)
  } else data.keyboardLights = lights & state.lights
}
