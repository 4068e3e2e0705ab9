import { Board } from '../../src/machine/board.ts'

import { PortSpace } from '../../src/machine/bus/port-space.ts'
import type { MachineShape } from '../../src/machine/machine-shape.ts'
import { leaveAsFirmware } from '../../src/machine/post-state.ts'
import { TimerQueue } from '../../src/machine/timer-queue.ts'
import { connectedMemory } from './connected-memory.ts'

/** A board without a processor, as firmware leaves one with 64 MiB: what comes out of it is noted. */
export function makePc(shape: MachineShape = 'pc') {
  const events: string[] = []
  const at = { tick: 0 }
  const space = new PortSpace()
  const memory = connectedMemory(64)
  const clock = new TimerQueue(() => at.tick)
  const board = new Board(shape, { ports: space, memory }, clock, {
    interrupt: { set: (level) => events.push(`INTR ${level ? 'up' : 'down'}`) },
    serial: (byte, port) => events.push(`com${port + 1} ${byte}`),
    reset: (by) => events.push(`reset by ${by}`),
    sleep: (type) => events.push(`sleep ${type}`),
    setA20: (open) => events.push(`A20 ${open ? 'on' : 'off'}`),
    signal: (what) => events.push(what),
    prioritized: (priority) => events.push(`CR8 ${priority}`),
    powerOff: () => events.push('power off'),
    panicked: () => events.push('panicked'),
    exit: (value) => events.push(`exit ${value}`),
    print: (byte) => events.push(`console ${byte}`),
    callFirmware: () => events.push('trap'),
    ignoreNumericErrors: () => events.push('IGNNE'),
  })
  leaveAsFirmware(shape, { ports: space, memory }, board.chips, 64 * 2 ** 20)
  events.length = 0
  const runTo = (tick: number) => {
    while (clock.deadline !== null && clock.deadline <= tick) {
      at.tick = clock.deadline
      clock.expireDue()
    }
    at.tick = tick
  }
  const select = (device: number, number: number, register: number) => {
    space.write(0xcf8, 4, 0x8000_0000 + ((device << 11) | (number << 8) | (register & 0xfc)))
    return 0xcfc + (register & 3)
  }
  return {
    ...{ at, board, space, memory, clock, events, runTo },
    read: (port: number) => space.read(port, 1),
    config: (device: number, number: number, register: number, size = 4) =>
      space.read(select(device, number, register), size),
    setConfig: (device: number, number: number, register: number, size: number, value: number) =>
      space.write(select(device, number, register), size, value),
  }
}
