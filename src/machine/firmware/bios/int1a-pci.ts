import { routingOptions } from '../tables/pir.ts'
import type { Frame } from './frame.ts'
import { bytesOf, numberAt } from './little-endian.ts'
import { pciFunctions, pciStatus } from './pci-functions.ts'
import type { Outcome, Platform, Service } from './service.ts'

const getRoutingOptions = 0x0e

/** INT 1Ah B1h: the PCI BIOS. */
const pci: Service = (frame, platform) => {
  const { al } = frame.regs
  const act = pciFunctions.get(al)
  const status = al === getRoutingOptions ? tellRouting(frame, platform) : act?.(frame.regs, platform.ports)
  return answer(frame, status ?? pciStatus.notSupported)
}

function answer(frame: Frame, status: number): Outcome {
  frame.regs.ah = status
  frame.flag('cf', status !== pciStatus.done)
  return 'done'
}

/** ES:DI is the size of a buffer and where it is; BX becomes the IRQs that only PCI has: none. */
function tellRouting(frame: Frame, { memory, routing }: Platform): number {
  const { di } = frame.regs
  const parameters = frame.read('es', di, 6)
  const word = (at: number) => numberAt(parameters, at, 2)
  const options = routingOptions(routing)
  frame.write('es', di, bytesOf(options.length, 2))
  if (word(0) < options.length) return pciStatus.bufferTooSmall
  memory.write(word(4) * 16 + word(2), Uint8Array.from(options))
  frame.regs.bx = 0
  return pciStatus.done
}

export const pciServices = new Map<number, Service>([[0xb1, pci]])
