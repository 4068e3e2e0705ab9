import type { Chip, Line } from './bus/chip.ts'
import type { PortSpace } from './bus/port-space.ts'
import { SharedLine } from './bus/shared-line.ts'
import type { Clock } from './clock.ts'
import { CoprocessorError } from './devices/coprocessor-error.ts'
import { EdgeLevelControl } from './devices/edge-level-control.ts'
import { Keyboard } from './devices/keyboard.ts'
import { KeyboardController } from './devices/keyboard-controller.ts'
import { Mouse } from './devices/mouse.ts'
import { Pic } from './devices/pic.ts'
import { Pit } from './devices/pit.ts'
import { PowerManagement } from './devices/power-management.ts'
import { ResetControl } from './devices/reset-control.ts'
import { Rtc } from './devices/rtc.ts'
import { SystemControl } from './devices/system-control.ts'
import { SystemControlB } from './devices/system-control-b.ts'
import { Uart16550 } from './devices/uart16550.ts'
import { irq, ports } from './layout.ts'

/** What is outside of the board. */
export interface BoardWiring {
  /** The processor's INTR. */
  readonly interrupt: Line
  /** A byte that a serial port sent; ports count from 0. */
  readonly serial: (byte: number, port: number) => void
  readonly reset: (by: 'keyboard' | 'cf9' | 'port92') => void
  /** The guest asked for a sleep state, by the number that the ACPI tables would explain. */
  readonly sleep: (type: number) => void
  readonly setA20: (open: boolean) => void
  /** The processor's IGNNE#. */
  readonly ignoreNumericErrors: () => void
}

/** Where the real-time clock begins, the same in every run. */
const firstInstant = { year: 2020, month: 1, day: 1, hour: 0, minute: 0, second: 0 } as const

/**
 * Level-triggered requests that the chip set allows: not of the timer, keyboard, cascade, clock and
 * coprocessor.
 */
const levelCapable = { master: 0xf8, slave: 0xde } as const

/**
 * The chips of a PC that every guest finds, at their ports, and the wires between them: all of it on this
 * page. It
 * begins as after power-on.
 */
export class Board {
  readonly keyboard = new Keyboard()
  readonly mouse = new Mouse()
  readonly serial: readonly Uart16550[]
  readonly coprocessor: CoprocessorError
  readonly #master: Pic
  /** Everything with a state, by the name under which it is saved. */
  readonly #parts: Readonly<Record<string, SavedPart>>

  constructor(space: PortSpace, clock: Clock, wiring: BoardWiring) {
    const attach = ({ first, count }: PortRange, chip: Chip, width = 1) =>
      space.attach(first, count, chip, width)

    const cascade: Line = { set: (level) => this.#master.setInput(irq.cascade, level) }
    const slave = new Pic(cascade, { levelCapable: levelCapable.slave })
    const master = new Pic(wiring.interrupt, {
      cascade: { input: irq.cascade, acknowledge: () => slave.acknowledge() },
      levelCapable: levelCapable.master,
    })
    this.#master = master
    const request = (number: number) => (number < 8 ? master.input(number) : slave.input(number - 8))
    attach(ports.masterPic, master)
    attach(ports.slavePic, slave)
    attach(ports.edgeLevelControl, new EdgeLevelControl([master, slave]))

    const coprocessor = new CoprocessorError(request(irq.coprocessor), wiring.ignoreNumericErrors)
    this.coprocessor = coprocessor
    attach(ports.coprocessorError, coprocessor)
    const pit = new Pit(clock, [request(irq.timer), null, null])
    attach(ports.pit, pit)
    const systemControlB = new SystemControlB(clock, {
      setGate: (level) => pit.setGate(2, level),
      output: () => pit.level(2),
    })
    attach(ports.systemControlB, systemControlB)
    const rtc = new Rtc(clock, { interrupt: request(irq.clock) }, firstInstant)
    attach(ports.rtc, rtc)
    const power = new PowerManagement(clock, { interrupt: request(irq.power), sleep: wiring.sleep })
    attach(ports.powerManagement, power, 4)

    const { keyboard, mouse } = this
    const keyboardController = new KeyboardController({
      keyboard,
      mouse,
      keyboardInterrupt: request(irq.keyboard),
      mouseInterrupt: request(irq.mouse),
      a20: { set: wiring.setA20 },
      reset: () => wiring.reset('keyboard'),
    })
    attach(ports.keyboardController, keyboardController)
    const systemControl = new SystemControl(() => wiring.reset('port92'), wiring.setA20)
    attach(ports.systemControl, systemControl)
    const resetControl = new ResetControl(() => wiring.reset('cf9'))
    attach(ports.resetControl, resetControl)

    const [odd, even] = [new SharedLine(request(irq.serialA)), new SharedLine(request(irq.serialB))]
    this.serial = [ports.com1, ports.com2, ports.com3, ports.com4].map((range, index) => {
      const line = (index % 2 === 0 ? odd : even).driver()
      const chip = new Uart16550((byte) => wiring.serial(byte, index), line)
      attach(range, chip)
      return chip
    })
    const [com1, com2, com3, com4] = this.serial as [Uart16550, Uart16550, Uart16550, Uart16550]
    this.#parts = {
      ...{ master, slave, coprocessor, pit, rtc, power, systemControl, systemControlB, resetControl },
      ...{ keyboard, mouse, keyboardController, odd, even, com1, com2, com3, com4 },
    }
  }

  /** The interrupt acknowledge cycles of the processor: answers the vector. */
  acknowledge(): number {
    return this.#master.acknowledge()
  }

  /** The state of all chips, timers of the clock apart. */
  save(): SavedBoard {
    return Object.fromEntries(Object.entries(this.#parts).map(([name, part]) => [name, part.save()]))
  }

  load(saved: SavedBoard): void {
    for (const [name, part] of Object.entries(this.#parts)) part.load(saved[name])
  }
}

interface PortRange {
  readonly first: number
  readonly count: number
}

interface SavedPart {
  save(): unknown
  load(state: unknown): void
}

/** Of each chip what it saves, by the chip's name. */
export type SavedBoard = Readonly<Record<string, unknown>>
