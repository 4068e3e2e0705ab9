import { ports as layout } from '../../layout.ts'
import type { Platform } from './service.ts'

/** Ports of the 8042. */
export const controllerPort = {
  data: layout.keyboardController.first,
  command: layout.keyboardController.first + 4,
} as const
/** Of its status: a byte waits; it is the mouse's. */
export const controllerStatus = { output: 0x01, fromMouse: 0x20 } as const
/** Of its command byte. */
export const controllerMode = { keyboardInterrupt: 0x01, mouseInterrupt: 0x02, mouseOff: 0x20 } as const
/** What both devices answer to a byte that they take. */
export const acknowledged = 0xfa

const order = { readMode: 0x20, writeMode: 0x60, keyboardOff: 0xad, keyboardOn: 0xae } as const
/** More than any device has to say. */
const mostBytes = 32

type Ports = Platform['ports']

/** Does something while nothing of the controller interrupts and the keyboard is silent. */
export function quietly<T>(ports: Ports, act: () => T): T {
  ports.write(controllerPort.command, 1, order.keyboardOff)
  waitingBytes(ports)
  const before = readMode(ports)
  writeMode(ports, before & ~(controllerMode.keyboardInterrupt | controllerMode.mouseInterrupt))
  const result = act()
  writeMode(ports, before)
  ports.write(controllerPort.command, 1, order.keyboardOn)
  return result
}

/** All that waits. */
export function waitingBytes(ports: Ports): readonly number[] {
  const bytes: number[] = []
  while (hasByte(ports) && bytes.length < mostBytes) bytes.push(ports.read(controllerPort.data, 1))
  return bytes
}

export function hasByte(ports: Ports): boolean {
  return (ports.read(controllerPort.command, 1) & controllerStatus.output) !== 0
}

export function readMode(ports: Ports): number {
  ports.write(controllerPort.command, 1, order.readMode)
  return ports.read(controllerPort.data, 1)
}

export function writeMode(ports: Ports, value: number): void {
  ports.write(controllerPort.command, 1, order.writeMode)
  ports.write(controllerPort.data, 1, value)
}
