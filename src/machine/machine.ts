import { PortSpace } from './bus/port-space.ts'
import { Cpu, type CpuStop } from './cpu/cpu.ts'
import { DebugExit } from './devices/debug-exit.ts'
import { Uart16550 } from './devices/uart16550.ts'
import { ports } from './layout.ts'

/** How a run of the machine ended. */
export type MachineStop =
  | Exclude<CpuStop, { readonly kind: 'requested' }>
  | { readonly kind: 'exit'; readonly value: number }

export interface MachineSettings {
  readonly memoryMiB: number
  /** Where isa-debug-exit listens, if it is there. */
  readonly exit: { readonly port: number; readonly size: number } | null
  readonly serial: (byte: number) => void
}

/** A PC: one processor, RAM, a serial port and a way to end. */
export class Machine {
  readonly cpu: Cpu
  #exitValue: number | null = null
  #units = 0

  constructor({ memoryMiB, exit, serial }: MachineSettings) {
    const space = new PortSpace()
    space.attach(ports.com1.first, ports.com1.count, new Uart16550(serial))
    this.cpu = new Cpu(memoryMiB * 2 ** 20, space)
    const end = (value: number) => {
      this.#exitValue = value
      this.cpu.requestStop()
    }
    if (exit) space.attach(exit.port, exit.size, new DebugExit(end))
  }

  /** Units done so far: instructions, iterations of repeated ones. */
  get units(): number {
    return this.#units
  }

  run(budget: number): MachineStop {
    const { stop, left } = this.cpu.run(budget)
    this.#units += budget - left
    if (stop.kind !== 'requested') return stop
    return { kind: 'exit', value: this.#exitValue ?? 0 }
  }
}
