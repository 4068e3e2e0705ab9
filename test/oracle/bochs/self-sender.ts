import type { Chip } from '../../../src/machine/bus/chip.ts'
import type { Cpu } from '../../../src/machine/cpu/cpu.ts'

const commandRegister = 0x300
const deliveryMode = { fixed: 0, nmi: 4, init: 5 } as const

/**
 * What probes use of a local APIC (SDM volume 3, 10.6.1): the interrupt command register, each command of
 * which goes to the processor itself.
 */
export function selfSender(cpu: Cpu): Chip {
  const { events } = cpu
  return {
    read: () => 0,
    write: (offset, _size, value) => {
      if (offset !== commandRegister) return
      const mode = (value >> 8) & 7
      if (mode === deliveryMode.nmi) events.nmi()
      if (mode === deliveryMode.init) events.init()
      if (mode === deliveryMode.fixed) {
        events.acknowledge = () => {
          events.setInterruptLine(false)
          return value & 0xff
        }
        events.setInterruptLine(true)
      }
      cpu.requestStop()
    },
  }
}
