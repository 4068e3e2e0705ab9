import type { Line, SavedChip } from '../bus/chip.ts'
import type { Clock, Timer } from '../clock.ts'
import type { DmaLine } from './dma-controller.ts'
import { commandBit, commandOf, type FloppyCommandName } from './floppy-commands.ts'
import {
  type FloppyTimes,
  FloppyTransfer,
  type SavedTransfer,
  type TransferEnd,
  type TransferOrder,
} from './floppy-transfer.ts'
import type { FloppyUnit, SavedFloppyUnit } from './floppy-unit.ts'

/** Offsets of registers (Intel 82077AA, section 2.1); status registers A and B are not there in an AT. */
const register = { output: 2, tape: 3, status: 4, rateSelect: 4, data: 5, input: 7, rateControl: 7 } as const
const outputBit = { unit: 3, notReset: 4, dmaGate: 8 } as const
const statusBit = { busy: 0x10, nonDma: 0x20, toHost: 0x40, request: 0x80 } as const
const softwareReset = 0x80
const rateBits = 3
const changed = 0x80
/** What the chip does not drive reads as ones. */
const undriven = { all: 0xff, tape: 0xfc, input: 0x7f } as const

/** Status register 0 (section 6.1). */
const st0 = {
  abnormal: 0x40,
  invalid: 0x80,
  polling: 0xc0,
  seekEnd: 0x20,
  equipmentCheck: 0x10,
  head: 4,
} as const
/** Status register 3; two bits are always 1. */
const st3 = { always: 0x28, head: 4, track0: 0x10, protected: 0x40 } as const

/** CONFIGURE, second byte; FIFO and polling are bits that switch off. */
const configured = { impliedSeek: 0x40, noFifo: 0x20, noPolling: 0x10, threshold: 0x0f } as const
const nonDma = 1
const perpendicularBit = { overwrite: 0x80, units: 0x3c, modes: 0x03 } as const
const versionOf82077 = 0x90
const unitCount = 4
const mostSteps = 79
const fifoBytes = 16

/** Steps that a unit's head is on. */
interface Seek {
  readonly unit: number
  readonly kind: 'recalibrate' | 'seek' | 'relativeSeek'
  readonly steps: number
  /** The cylinder that the controller will believe in. */
  readonly cylinder: number
}

/** What SENSE INTERRUPT STATUS is to tell. */
interface Sense {
  readonly unit: number
  readonly st0: number
}

interface Registers {
  readonly output: number
  readonly tape: number
  readonly rate: number
  /** Bytes of a command that is not complete. */
  readonly command: readonly number[]
  /** Bytes to be read. */
  readonly result: readonly number[]
  readonly interrupt: boolean
  readonly seeks: readonly Seek[]
  readonly senses: readonly Sense[]
  readonly cylinders: readonly number[]
  /** Both bytes of SPECIFY. */
  readonly specified: readonly [number, number]
  readonly configuration: number
  readonly precompensation: number
  readonly isLocked: boolean
  readonly perpendicular: number
  readonly lastSector: number
}

export interface SavedFloppyController {
  readonly registers: Registers
  readonly transfer: SavedTransfer
  readonly units: readonly (SavedFloppyUnit | null)[]
}

export interface FloppyWiring {
  readonly times: FloppyTimes
  readonly interrupt: Line
  readonly dma: DmaLine
}

const atReset: Registers = {
  output: 0,
  tape: 0,
  rate: 2,
  command: [],
  result: [],
  interrupt: false,
  seeks: [],
  senses: [],
  cylinders: [0, 0, 0, 0],
  specified: [0, 0],
  configuration: configured.noFifo,
  precompensation: 0,
  isLocked: false,
  perpendicular: 0,
  lastSector: 0,
}

/**
 * An 82077AA in its AT mode, with up to two drives. Heads step and disks turn in time, but quicker than real
 * ones; motors are not looked at.
 */
export class FloppyController implements SavedChip<SavedFloppyController> {
  readonly #clock: Clock
  readonly #line: Line
  readonly #stepTicks: number
  readonly #transfer: FloppyTransfer
  readonly #seekTimer: Timer
  readonly #units: (FloppyUnit | null)[] = [null, null]
  #state = atReset

  constructor(clock: Clock, { interrupt, dma, times }: FloppyWiring) {
    this.#clock = clock
    this.#line = interrupt
    this.#stepTicks = times.step
    this.#seekTimer = clock.timer('floppy.seek', () => this.#arrive())
    const isGated = () => (this.#state.output & outputBit.dmaGate) === 0
    const closed = { bytes: 0, isTerminal: false }
    this.#transfer = new FloppyTransfer(clock, {
      sectorTicks: times.sector,
      unit: (number) => this.#units[number] ?? null,
      dma: {
        give: (bytes) => (isGated() ? closed : dma.give(bytes)),
        take: (into) => (isGated() ? closed : dma.take(into)),
      },
      rate: () => this.#state.rate & rateBits,
      bytesPerInterrupt: () => this.#bytesPerInterrupt,
      interrupt: (level) => this.#interrupt(level),
      done: (end) => this.#finish(end),
    })
  }

  /** Puts a drive on the cable, or takes it off, while nothing runs. */
  connect(place: 0 | 1, unit: FloppyUnit | null): void {
    this.#units[place] = unit
  }

  /** The RESET pin. */
  reset(): void {
    this.#stop()
    this.#state = atReset
    this.#drive()
  }

  read(offset: number): number {
    if (offset === register.data) return this.#readData()
    return this.peek(offset)
  }

  /** The data register has no value that can be looked at. */
  peek(offset: number): number {
    const { output, tape } = this.#state
    switch (offset) {
      case register.output:
        return output
      case register.tape:
        return undriven.tape | tape
      case register.status:
        return this.#mainStatus
      case register.input:
        return undriven.input | (this.#units[output & outputBit.unit]?.isChanged ? changed : 0)
      default:
        return undriven.all
    }
  }

  write(offset: number, _size: number, value: number): void {
    if (offset === register.output) this.#writeOutput(value)
    else if (offset === register.tape) this.#set({ tape: value & ~undriven.tape })
    else if (offset === register.rateSelect) this.#selectRate(value)
    else if (offset === register.data) this.#writeData(value)
    else if (offset === register.rateControl) this.#set({ rate: value & rateBits })
  }

  save(): SavedFloppyController {
    const units = this.#units.map((unit) => unit?.save() ?? null)
    return { registers: this.#state, transfer: this.#transfer.save(), units }
  }

  load({ registers, transfer, units }: SavedFloppyController): void {
    this.#state = registers
    this.#transfer.load(transfer)
    for (const [number, saved] of units.entries()) if (saved) this.#units[number]?.load(saved)
  }

  get #isInReset(): boolean {
    return (this.#state.output & outputBit.notReset) === 0
  }

  get #mainStatus(): number {
    if (this.#isInReset) return 0
    const { command, result, seeks, specified } = this.#state
    const seeking = seeks.reduce((bits, { unit }) => bits | (1 << unit), 0)
    if (result.length > 0) return seeking | statusBit.request | statusBit.toHost | statusBit.busy
    if (!this.#transfer.isUnderWay) {
      return seeking | statusBit.request | (command.length > 0 ? statusBit.busy : 0)
    }
    const { asks } = this.#transfer
    const byProcessor = specified[1] & nonDma ? statusBit.nonDma : 0
    const request = asks ? statusBit.request | (asks === 'toHost' ? statusBit.toHost : 0) : 0
    return seeking | statusBit.busy | byProcessor | request
  }

  /** Section 4: with the FIFO, up to its threshold. */
  get #bytesPerInterrupt(): number | null {
    const { specified, configuration } = this.#state
    if ((specified[1] & nonDma) === 0) return null
    if (configuration & configured.noFifo) return 1
    return Math.max(fifoBytes - 1 - (configuration & configured.threshold), 1)
  }

  #set(change: Partial<Registers>): void {
    this.#state = { ...this.#state, ...change }
  }

  #interrupt(interrupt: boolean): void {
    this.#set({ interrupt })
    this.#drive()
  }

  #drive(): void {
    const { interrupt, output } = this.#state
    this.#line.set(interrupt && (output & outputBit.dmaGate) !== 0)
  }

  /** What was told takes its interrupt back; the end of another seek is a new one. */
  #acknowledge(): void {
    this.#interrupt(false)
    const { senses } = this.#state
    if (senses.some((sense) => sense.st0 < st0.polling)) this.#interrupt(true)
  }

  #writeOutput(value: number): void {
    const was = this.#isInReset
    this.#set({ output: value })
    if (this.#isInReset) this.#restart()
    else if (was) this.#wake()
    this.#drive()
  }

  #selectRate(value: number): void {
    this.#set({ rate: value & ~softwareReset })
    if ((value & softwareReset) === 0 || this.#isInReset) return
    this.#restart()
    this.#wake()
  }

  #stop(): void {
    this.#transfer.stop()
    this.#seekTimer.disarm()
  }

  /** A software reset: what SPECIFY and the rate registers say stays, and what LOCK protects. */
  #restart(): void {
    const { output, tape, rate, specified, isLocked, configuration, precompensation, perpendicular } =
      this.#state
    this.#stop()
    const kept = configured.noFifo | configured.threshold
    this.#state = {
      ...atReset,
      ...{ output, tape, rate, specified, isLocked },
      ...(isLocked && { configuration: configuration & kept, precompensation }),
      perpendicular: perpendicular & perpendicularBit.units,
    }
    this.#drive()
  }

  /** Section 7.4: polling finds that each of the units has become ready. */
  #wake(): void {
    const senses = Array.from({ length: unitCount }, (_, unit) => ({ unit, st0: st0.polling | unit }))
    this.#set({ senses })
    this.#interrupt(true)
  }

  #readData(): number {
    const { result } = this.#state
    const [first, ...rest] = result
    if (first === undefined) return this.#transfer.read() ?? undriven.all
    this.#set({ result: rest })
    if (this.#state.interrupt) this.#acknowledge()
    return first
  }

  #writeData(value: number): void {
    if (this.#isInReset || this.#state.result.length > 0) return
    if (this.#transfer.isUnderWay) {
      this.#transfer.write(value)
      return
    }
    const command = [...this.#state.command, value]
    const known = commandOf(command[0] ?? 0)
    if (!known) this.#set({ command: [], result: [st0.invalid] })
    else if (command.length <= known.parameters) this.#set({ command })
    else {
      this.#set({ command: [] })
      this.#execute(known.name, command)
    }
  }

  #execute(name: FloppyCommandName, command: readonly number[]): void {
    const [code = 0, first = 0, second = 0, third = 0] = command
    switch (name) {
      case 'read':
      case 'write':
      case 'readId':
      case 'format':
        this.#begin(orderOf(name, command))
        break
      case 'recalibrate':
      case 'seek':
      case 'relativeSeek':
        this.#seek(name, first & 3, second, (code & commandBit.inwards) !== 0)
        break
      case 'senseInterrupt':
        this.#senseInterrupt()
        break
      case 'senseDrive':
        this.#set({ result: [this.#driveStatus(first)] })
        break
      case 'specify':
        this.#set({ specified: [first, second] })
        break
      case 'configure':
        this.#set({ configuration: second & 0x7f, precompensation: third })
        break
      case 'lock':
        this.#set({ isLocked: (code & commandBit.lock) !== 0 })
        this.#set({ result: [this.#state.isLocked ? 0x10 : 0] })
        break
      case 'perpendicular':
        this.#perpendicular(first)
        break
      case 'version':
        this.#set({ result: [versionOf82077] })
        break
      case 'dump':
        this.#dump()
    }
  }

  #begin(order: TransferOrder): void {
    const { configuration } = this.#state
    if (order.kind !== 'readId') this.#set({ lastSector: order.lastSector })
    const seeks = order.kind === 'read' || order.kind === 'write'
    if (seeks && configuration & configured.impliedSeek) {
      const { unit, id } = order
      this.#units[unit]?.step(id.cylinder - (this.#state.cylinders[unit] ?? 0))
      this.#believe(unit, id.cylinder)
    }
    this.#transfer.start(order)
  }

  #finish({ unit, head, st1, st2, id }: TransferEnd): void {
    const code = st1 === 0 && st2 === 0 ? 0 : st0.abnormal
    const told = [id.cylinder, id.head, id.sector, id.size]
    this.#set({ result: [code | (head ? st0.head : 0) | unit, st1, st2, ...told] })
    this.#interrupt(true)
  }

  #believe(unit: number, cylinder: number): void {
    this.#set({ cylinders: this.#state.cylinders.with(unit, cylinder) })
  }

  /** Of several units that seek at a time all arrive with the last. */
  #seek(kind: Seek['kind'], unit: number, parameter: number, isInwards: boolean): void {
    const from = this.#state.cylinders[unit] ?? 0
    const track = this.#units[unit]?.track ?? mostSteps
    const relative = isInwards ? parameter : -parameter
    const seek = {
      recalibrate: { steps: -Math.min(track, mostSteps), cylinder: 0 },
      seek: { steps: parameter - from, cylinder: parameter },
      relativeSeek: { steps: relative, cylinder: (from + relative) & 0xff },
    }[kind]
    const others = this.#state.seeks.filter((other) => other.unit !== unit)
    this.#set({ seeks: [...others, { ...seek, unit, kind }] })
    const arrival = this.#clock.now + Math.max(Math.abs(seek.steps), 1) * this.#stepTicks
    this.#seekTimer.arm(Math.max(arrival, this.#seekTimer.at ?? 0))
  }

  #arrive(): void {
    const { seeks } = this.#state
    this.#set({ seeks: [] })
    for (const seek of seeks) this.#land(seek)
    this.#interrupt(true)
  }

  #land({ unit, kind, steps, cylinder }: Seek): void {
    const drive = this.#units[unit]
    const isShort = kind === 'relativeSeek' && -steps > (drive?.track ?? 0)
    drive?.step(steps)
    this.#believe(unit, cylinder)
    const isLost = kind === 'recalibrate' && drive?.track !== 0
    const trouble = isShort || isLost ? st0.abnormal | st0.equipmentCheck : 0
    const others = this.#state.senses.filter((sense) => sense.unit !== unit || sense.st0 >= st0.polling)
    this.#set({ senses: [...others, { unit, st0: st0.seekEnd | trouble | unit }] })
  }

  #senseInterrupt(): void {
    const [sense, ...senses] = this.#state.senses
    if (!sense) {
      this.#set({ result: [st0.invalid] })
      return
    }
    this.#set({ senses })
    this.#acknowledge()
    this.#set({ result: [sense.st0, this.#state.cylinders[sense.unit] ?? 0] })
  }

  #driveStatus(selection: number): number {
    const unit = this.#units[selection & 3]
    const lines = (unit?.track === 0 ? st3.track0 : 0) | (unit?.isProtected ? st3.protected : 0)
    return st3.always | lines | (selection & (st3.head | 3))
  }

  #perpendicular(value: number): void {
    const writable =
      value & perpendicularBit.overwrite
        ? perpendicularBit.modes | perpendicularBit.units
        : perpendicularBit.modes
    this.#set({ perpendicular: (this.#state.perpendicular & ~writable) | (value & writable) })
  }

  #dump(): void {
    const { cylinders, specified, lastSector, isLocked, perpendicular, configuration, precompensation } =
      this.#state
    const locked = isLocked ? 0x80 : 0
    const settings = [lastSector, locked | perpendicular, configuration, precompensation]
    this.#set({ result: [...cylinders, ...specified, ...settings] })
  }
}

function orderOf(kind: TransferOrder['kind'], command: readonly number[]): TransferOrder {
  const [code = 0, selection = 0, ...parameters] = command
  const [cylinder = 0, head = 0, sector = 0, size = 0, lastSector = 0] = parameters
  const order = {
    kind,
    unit: selection & 3,
    head: (selection & st0.head) >> 2,
    isMfm: (code & commandBit.mfm) !== 0,
    isMultiTrack: (code & commandBit.multiTrack) !== 0,
    id: { cylinder, head, sector, size },
    lastSector,
    fill: 0,
  }
  if (kind !== 'format') return order
  // Bytes of a sector, sectors, gap, filler.
  const [, sectors = 0, , fill = 0] = parameters
  return { ...order, isMultiTrack: false, lastSector: sectors, fill }
}
