import type { Line, SavedChip } from '../bus/chip.ts'
import { ByteQueue } from './byte-queue.ts'

/** Register offsets (NS16550A); 0 and 1 are the divisor while the latch bit is set. */
const register = {
  data: 0,
  interruptEnable: 1,
  interruptId: 2,
  lineControl: 3,
  modemControl: 4,
  lineStatus: 5,
  modemStatus: 6,
  scratch: 7,
} as const

const divisorLatch = 0x80
const fifo = { enable: 1, clearReceiver: 2, clearTransmitter: 4, enabledId: 0xc0, bytes: 16 } as const
/** How many bytes the FIFO gathers before it interrupts, by FCR's top bits. */
const triggerLevels = [1, 4, 8, 14]
const interrupt = { received: 1, transmitterEmpty: 2, lineStatus: 4, modemStatus: 8 } as const
const interruptId = {
  none: 1,
  modemStatus: 0,
  transmitterEmpty: 2,
  received: 4,
  lineStatus: 6,
  timeout: 12,
} as const
const modemLine = { out2: 8, loopback: 0x10 } as const
const lineStatus = { dataReady: 1, overrun: 2, transmitterEmpty: 0x60 } as const
/** Clear to send, data set ready and carrier detect: somebody listens. */
const connected = 0xb0

export interface SavedUart {
  readonly divisor: readonly number[]
  readonly arriving: readonly number[]
  readonly looped: readonly number[]
  readonly interruptEnable: number
  readonly fifoControl: number
  readonly lineControl: number
  readonly modemControl: number
  readonly modemSeen: number
  /** The lower half of the modem status: what changed since it was read. */
  readonly modemChanges: number
  readonly scratch: number
  readonly sentUnnoticed: boolean
  readonly overran: boolean
}

/**
 * A 16550A (National Semiconductor PC16550D) whose line is infinitely fast: what is written is sent at once,
 * what was received waits at the other end until there is room, and a FIFO below its trigger level times out
 * immediately. As in a PC, OUT2 lets the interrupt out.
 */
export class Uart16550 implements SavedChip<SavedUart> {
  readonly #send: (byte: number) => void
  readonly #line: Line | null
  #divisor = [0, 0]
  /** What the line holds for the guest, and what it gets first: its own bytes, looped back. */
  readonly #arriving = new ByteQueue()
  readonly #looped = new ByteQueue()
  #interruptEnable = 0
  #fifoControl = 0
  #lineControl = 0
  #modemControl = 0
  #modemSeen = connected
  #modemChanges = 0
  #scratch = 0
  #sentUnnoticed = false
  #overran = false

  constructor(send: (byte: number) => void, line: Line | null = null) {
    this.#send = send
    this.#line = line
  }

  /** Bytes at the other end stay there. */
  reset(): void {
    const { arriving } = this.save()
    this.load({ ...atPowerOn, arriving })
    this.#drive()
  }

  /** Bytes from the other end of the line. */
  receive(bytes: Uint8Array): void {
    this.#arriving.add(bytes)
    this.#drive()
  }

  read(offset: number): number {
    const value = this.peek(offset)
    if (this.#latched(offset)) return value
    if (offset === register.data) this.#waiting.take()
    else if (offset === register.interruptId) this.#noticeTransmitter(value)
    else if (offset === register.lineStatus) this.#overran = false
    else if (offset === register.modemStatus) this.#modemChanges = 0
    this.#drive()
    return value
  }

  peek(offset: number): number {
    if (this.#latched(offset)) return this.#divisor[offset] ?? 0
    switch (offset) {
      case register.data:
        return this.#waiting.first
      case register.interruptEnable:
        return this.#interruptEnable
      case register.interruptId:
        return this.#pending | (this.#hasFifo ? fifo.enabledId : 0)
      case register.lineControl:
        return this.#lineControl
      case register.modemControl:
        return this.#modemControl
      case register.lineStatus:
        return this.#lineStatus
      case register.modemStatus:
        return this.#modemSeen | this.#modemChanges
      default:
        return this.#scratch
    }
  }

  write(offset: number, _size: number, value: number): void {
    if (this.#latched(offset)) this.#divisor[offset] = value
    else if (offset === register.data) this.#transmit(value)
    else if (offset === register.interruptEnable) this.#enableInterrupts(value & 0xf)
    else if (offset === register.interruptId) this.#controlFifo(value)
    else if (offset === register.lineControl) this.#lineControl = value
    else if (offset === register.modemControl) this.#controlModem(value & 0x1f)
    else if (offset === register.scratch) this.#scratch = value
    this.#drive()
  }

  save(): SavedUart {
    return {
      divisor: [...this.#divisor],
      arriving: this.#arriving.toArray(),
      looped: this.#looped.toArray(),
      interruptEnable: this.#interruptEnable,
      fifoControl: this.#fifoControl,
      lineControl: this.#lineControl,
      modemControl: this.#modemControl,
      modemSeen: this.#modemSeen,
      modemChanges: this.#modemChanges,
      scratch: this.#scratch,
      sentUnnoticed: this.#sentUnnoticed,
      overran: this.#overran,
    }
  }

  load(state: SavedUart): void {
    this.#divisor = [...state.divisor]
    refill(this.#arriving, state.arriving)
    refill(this.#looped, state.looped)
    this.#interruptEnable = state.interruptEnable
    this.#fifoControl = state.fifoControl
    this.#lineControl = state.lineControl
    this.#modemControl = state.modemControl
    this.#modemSeen = state.modemSeen
    this.#modemChanges = state.modemChanges
    this.#scratch = state.scratch
    this.#sentUnnoticed = state.sentUnnoticed
    this.#overran = state.overran
  }

  get #loops(): boolean {
    return (this.#modemControl & modemLine.loopback) !== 0
  }

  get #hasFifo(): boolean {
    return (this.#fifoControl & fifo.enable) !== 0
  }

  /** What the receiver gives, first byte first. */
  get #waiting(): ByteQueue {
    return this.#looped.length > 0 || this.#loops ? this.#looped : this.#arriving
  }

  get #lineStatus(): number {
    const ready = this.#waiting.length > 0 ? lineStatus.dataReady : 0
    return lineStatus.transmitterEmpty | ready | (this.#overran ? lineStatus.overrun : 0)
  }

  /** The interrupt of highest priority, as the identification register names it. */
  get #pending(): number {
    const enabled = this.#interruptEnable
    if (enabled & interrupt.lineStatus && this.#overran) return interruptId.lineStatus
    if (enabled & interrupt.received && this.#waiting.length > 0) {
      const isEnough = !this.#hasFifo || this.#waiting.length >= (triggerLevels[this.#fifoControl >> 6] ?? 1)
      return isEnough ? interruptId.received : interruptId.timeout
    }
    if (enabled & interrupt.transmitterEmpty && this.#sentUnnoticed) return interruptId.transmitterEmpty
    if (enabled & interrupt.modemStatus && this.#modemChanges !== 0) return interruptId.modemStatus
    return interruptId.none
  }

  #latched(offset: number): boolean {
    return offset < 2 && (this.#lineControl & divisorLatch) !== 0
  }

  /** The holding register is full for no time, but its interrupt is an edge each time. */
  #transmit(byte: number): void {
    if (this.#interruptEnable & interrupt.transmitterEmpty) {
      this.#sentUnnoticed = false
      this.#drive()
    }
    this.#sentUnnoticed = true
    if (this.#loops) this.#loopBack(byte)
    else this.#send(byte)
  }

  /** With no FIFO the newest byte replaces one that was not read, with a full one it is lost itself. */
  #loopBack(byte: number): void {
    const room = this.#hasFifo ? fifo.bytes : 1
    this.#overran ||= this.#looped.length >= room
    if (this.#looped.length < room) this.#looped.add([byte])
    else if (!this.#hasFifo) refill(this.#looped, [byte])
  }

  /** Switching the interrupt on tells of a transmitter that is empty already. */
  #enableInterrupts(value: number): void {
    if (value & ~this.#interruptEnable & interrupt.transmitterEmpty) this.#sentUnnoticed = true
    this.#interruptEnable = value
  }

  /** Turning the FIFOs on or off empties them; what still is at the other end is not lost. */
  #controlFifo(value: number): void {
    const isSwitched = ((value ^ this.#fifoControl) & fifo.enable) !== 0
    if (isSwitched || value & fifo.clearReceiver) this.#looped.clear()
    this.#fifoControl = value & fifo.enable ? value & ~(fifo.clearReceiver | fifo.clearTransmitter) : 0
  }

  /**
   * Looped back, the modem's inputs are its outputs; of the ring indicator only its end counts as a change.
   */
  #controlModem(value: number): void {
    this.#modemControl = value
    const lines = this.#loops ? looped(value) : connected
    const changed = (lines ^ this.#modemSeen) >> 4
    const ringStarted = (lines & 0x40) !== 0
    this.#modemSeen = lines
    this.#modemChanges |= ringStarted ? changed & ~4 : changed
  }

  /** Reading its identification is what ends this interrupt. */
  #noticeTransmitter(id: number): void {
    if ((id & 0xf) === interruptId.transmitterEmpty) this.#sentUnnoticed = false
  }

  #drive(): void {
    if (!this.#line) return
    const isLetOut = (this.#modemControl & modemLine.out2) !== 0 && !this.#loops
    this.#line.set(isLetOut && this.#pending !== interruptId.none)
  }
}

const atPowerOn: SavedUart = {
  divisor: [0, 0],
  arriving: [],
  looped: [],
  interruptEnable: 0,
  fifoControl: 0,
  lineControl: 0,
  modemControl: 0,
  modemSeen: connected,
  modemChanges: 0,
  scratch: 0,
  sentUnnoticed: false,
  overran: false,
}

function refill(queue: ByteQueue, bytes: readonly number[]): void {
  queue.clear()
  queue.add(bytes)
}

/** DTR, RTS, OUT1, OUT2 come back as DSR, CTS, RI, CD. */
function looped(modemControl: number): number {
  const bit = (from: number, to: number) => (modemControl & from ? to : 0)
  return bit(1, 0x20) | bit(2, 0x10) | bit(4, 0x40) | bit(8, 0x80)
}
