import {
  acknowledged,
  controllerMode as mode,
  controllerPort as port,
  quietly,
  readMode,
  controllerStatus as status,
  waitingBytes,
  writeMode,
} from './quiet-controller.ts'
import type { Platform } from './service.ts'

const toMouse = 0xd4

type Ports = Platform['ports']

/** What the mouse says to bytes, each acknowledged: null where one is not. */
export function tellMouse(ports: Ports, bytes: readonly number[]): readonly number[] | null {
  return quietly(ports, () => {
    let answer: readonly number[] = []
    for (const byte of bytes) {
      ports.write(port.command, 1, toMouse)
      ports.write(port.data, 1, byte)
      const [first, ...rest] = waitingBytes(ports)
      if (first !== acknowledged) return null
      answer = rest
    }
    return answer
  })
}

/** The controller hands on what the mouse has to say, and interrupts for it. */
export function openMousePort(ports: Ports): void {
  const before = readMode(ports)
  writeMode(ports, (before | mode.mouseInterrupt) & ~mode.mouseOff)
}

/** A byte that the mouse has sent, or null. */
export function takeMouseByte(ports: Ports): number | null {
  const wanted = status.output | status.fromMouse
  return (ports.read(port.command, 1) & wanted) === wanted ? ports.read(port.data, 1) : null
}
