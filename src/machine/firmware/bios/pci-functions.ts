import { ports as layout } from '../../layout.ts'
import { bios32Entries, romSegment } from './bios-rom.ts'
import type { Registers } from './registers.ts'
import type { Platform } from './service.ts'

/** PCI BIOS Specification 2.1, section 3. */
export const pciStatus = {
  done: 0x00,
  notSupported: 0x81,
  badVendor: 0x83,
  notFound: 0x86,
  badRegister: 0x87,
  bufferTooSmall: 0x89,
} as const

/** A function of the PCI BIOS, without memory: answers its status. */
export type PciFunction = (regs: Registers, ports: Platform['ports']) => number

const signature = 0x2049_4350
/** Configuration mechanism 1. */
const mechanisms = 0x01
const version = 0x0210
const lastBus = 0
const protectedEntry = romSegment * 16 + bios32Entries.pci

const address = layout.pci.first
const data = address + 4
const enable = 0x8000_0000
const register = { identity: 0x00, classCode: 0x08, headerType: 0x0c } as const
const isMultifunction = (header: number) => (header & 0x0080_0000) !== 0
const nobody = 0xffff

/** Of bus 0: device in bits 3 to 7, function below. */
function select(ports: Platform['ports'], slot: number, at: number): number {
  ports.write(address, 4, enable + slot * 0x100 + (at & 0xfc))
  return data + (at & 3)
}

const read = (ports: Platform['ports'], slot: number, at: number, size: number) =>
  ports.read(select(ports, slot, at), size)

/** Functions in the order of their slots. */
function* slots(ports: Platform['ports']): Generator<number> {
  for (let device = 0; device < 0x100; device += 8) {
    const isThere = (slot: number) => (read(ports, slot, register.identity, 4) & 0xffff) !== nobody
    if (!isThere(device)) continue
    const last = isMultifunction(read(ports, device, register.headerType, 4)) ? device + 7 : device
    for (let slot = device; slot <= last; slot++) if (isThere(slot)) yield slot
  }
}

/** The slot of the first function with an identity, or null. */
export function pciDevice(
  ports: Platform['ports'],
  { vendor, device }: { readonly vendor: number; readonly device: number },
): number | null {
  const wanted = device * 0x1_0000 + vendor
  for (const slot of slots(ports)) if (read(ports, slot, register.identity, 4) === wanted) return slot
  return null
}

/** A register of four bytes. */
export const readPci = (ports: Platform['ports'], slot: number, at: number) => read(ports, slot, at, 4)

/** The function number SI of those that match: BH its bus, BL its slot. */
function find(regs: Registers, ports: Platform['ports'], matches: (slot: number) => boolean): number {
  let left = regs.si
  for (const slot of slots(ports)) {
    if (!matches(slot) || left-- > 0) continue
    Object.assign(regs, { bh: 0, bl: slot })
    return pciStatus.done
  }
  return pciStatus.notFound
}

const check: PciFunction = (regs) => {
  Object.assign(regs, { edx: signature, al: mechanisms, bx: version, cl: lastBus, edi: protectedEntry })
  return pciStatus.done
}

const findDevice: PciFunction = (regs, ports) => {
  if (regs.dx === nobody) return pciStatus.badVendor
  const wanted = regs.cx * 0x1_0000 + regs.dx
  return find(regs, ports, (slot) => read(ports, slot, register.identity, 4) === wanted)
}

const findClass: PciFunction = (regs, ports) => {
  const wanted = regs.ecx & 0xff_ffff
  return find(regs, ports, (slot) => read(ports, slot, register.classCode, 4) >>> 8 === wanted)
}

/** Registers that a function can name: in BL of bus BH, at DI. */
function withRegister(
  size: 1 | 2 | 4,
  act: (regs: Registers, ports: Platform['ports']) => void,
): PciFunction {
  return (regs, ports) => {
    if (regs.di > 0xff || regs.di % size !== 0) return pciStatus.badRegister
    act(regs, ports)
    return pciStatus.done
  }
}

const operand = { 1: 'cl', 2: 'cx', 4: 'ecx' } as const

const readRegister = (size: 1 | 2 | 4) =>
  withRegister(size, (regs, ports) => {
    const isBus0 = regs.bh === 0
    regs[operand[size]] = isBus0 ? read(ports, regs.bl, regs.di, size) : 2 ** (8 * size) - 1
  })

const writeRegister = (size: 1 | 2 | 4) =>
  withRegister(size, (regs, ports) => {
    if (regs.bh === 0) ports.write(select(ports, regs.bl, regs.di), size, regs[operand[size]])
  })

/** By AL. */
export const pciFunctions: ReadonlyMap<number, PciFunction> = new Map([
  [0x01, check],
  [0x02, findDevice],
  [0x03, findClass],
  [0x08, readRegister(1)],
  [0x09, readRegister(2)],
  [0x0a, readRegister(4)],
  [0x0b, writeRegister(1)],
  [0x0c, writeRegister(2)],
  [0x0d, writeRegister(4)],
])
