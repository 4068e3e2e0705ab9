import { ports as layout } from '../../../layout.ts'
import type { Platform } from '../../bios/service.ts'

type Ports = Platform['ports']

/** Registers of Bochs' display interface, by index. */
export const display = {
  width: 1,
  height: 2,
  depth: 3,
  enable: 4,
  bank: 5,
  virtualWidth: 6,
  virtualHeight: 7,
  xOffset: 8,
  yOffset: 9,
} as const

/** Bits of its enable register. */
export const displayEnable = { on: 0x01, wideDac: 0x20, linear: 0x40, keepsMemory: 0x80 } as const

const indexPort = layout.vbe.first
const dataPort = indexPort + 1

export function displayRegister(ports: Ports, index: number): number {
  ports.write(indexPort, 2, index)
  return ports.read(dataPort, 2)
}

export function setDisplayRegister(ports: Ports, index: number, value: number): void {
  ports.write(indexPort, 2, index)
  ports.write(dataPort, 2, value)
}

/** The VGA's own modes are shown again. */
export function switchDisplayOff(ports: Ports): void {
  setDisplayRegister(ports, display.enable, 0)
}
