import { ports as layout } from '../../layout.ts'
import type { Platform } from './service.ts'

const data = layout.keyboardController.first
const command = data + 4
const order = { readMode: 0x20, writeMode: 0x60, keyboardOff: 0xad, keyboardOn: 0xae, toMouse: 0xd4 } as const
/** Of the controller's status: a byte waits; it is the mouse's. */
const status = { output: 0x01, fromMouse: 0x20 } as const
/** Of the controller's command byte. */
const mode = { keyboardInterrupt: 0x01, mouseInterrupt: 0x02, mouseOff: 0x20 } as const
const acknowledged = 0xfa
/** More than any device has to say. */
const mostBytes = 32

type Ports = Platform['ports']

/** What the mouse says to bytes, each acknowledged: null where one is not. */
export function tellMouse(ports: Ports, bytes: readonly number[]): readonly number[] | null {
  return quietly(ports, () => {
    let answer: readonly number[] = []
    for (const byte of bytes) {
      ports.write(command, 1, order.toMouse)
      ports.write(data, 1, byte)
      const [first, ...rest] = waiting(ports)
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
  return (ports.read(command, 1) & wanted) === wanted ? ports.read(data, 1) : null
}

/** While nothing of the controller interrupts and the keyboard is silent. */
function quietly<T>(ports: Ports, act: () => T): T {
  ports.write(command, 1, order.keyboardOff)
  waiting(ports)
  const before = readMode(ports)
  writeMode(ports, before & ~(mode.keyboardInterrupt | mode.mouseInterrupt))
  const result = act()
  writeMode(ports, before)
  ports.write(command, 1, order.keyboardOn)
  return result
}

/** All that waits. */
function waiting(ports: Ports): readonly number[] {
  const bytes: number[] = []
  while ((ports.read(command, 1) & status.output) !== 0 && bytes.length < mostBytes) {
    bytes.push(ports.read(data, 1))
  }
  return bytes
}

function readMode(ports: Ports): number {
  ports.write(command, 1, order.readMode)
  return ports.read(data, 1)
}

function writeMode(ports: Ports, value: number): void {
  ports.write(command, 1, order.writeMode)
  ports.write(data, 1, value)
}
