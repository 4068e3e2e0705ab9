import type { Chip } from '../bus/chip.ts'

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
const fifo = { enable: 1, clearReceiver: 2, enabledId: 0xc0 } as const
const interrupt = { received: 1, transmitterEmpty: 2 } as const
const interruptId = { none: 1, transmitterEmpty: 2, received: 4 } as const
const loopback = 0x10
const dataReady = 1
/** Transmitter holding register and shift register empty. */
const transmitterEmpty = 0x60
/** Clear to send, data set ready and carrier detect: somebody listens. */
const connected = 0xb0

/**
 * A 16550 whose line is infinitely fast: what is written is sent at once, and what was received waits until
 * it is read. Its interrupt line is not wired yet; a guest that polls misses nothing.
 */
export class Uart16550 implements Chip {
  readonly #send: (byte: number) => void
  readonly #divisor = new Uint8Array(2)
  /** What the line holds for the guest, and what it gets first: its own bytes, looped back. */
  #arriving: number[] = []
  #looped: number[] = []
  #interruptEnable = 0
  #fifoEnabled = false
  #lineControl = 0
  #modemControl = 0
  #modemSeen = connected
  #scratch = 0
  #sentUnnoticed = false

  constructor(send: (byte: number) => void) {
    this.#send = send
  }

  /** Bytes from the other end of the line. */
  receive(bytes: Uint8Array): void {
    this.#arriving.push(...bytes)
  }

  read(offset: number): number {
    if (this.#latched(offset)) return this.#divisor[offset] ?? 0
    switch (offset) {
      case register.data:
        return this.#take()
      case register.interruptEnable:
        return this.#interruptEnable
      case register.interruptId:
        return this.#identify()
      case register.lineControl:
        return this.#lineControl
      case register.modemControl:
        return this.#modemControl
      case register.lineStatus:
        return transmitterEmpty | (this.#hasData ? dataReady : 0)
      case register.modemStatus:
        return this.#modemStatus()
      default:
        return this.#scratch
    }
  }

  write(offset: number, _size: number, value: number): void {
    if (this.#latched(offset)) {
      this.#divisor[offset] = value
      return
    }
    if (offset === register.data) this.#transmit(value)
    else if (offset === register.interruptEnable) this.#enableInterrupts(value & 0xf)
    else if (offset === register.interruptId) this.#controlFifo(value)
    else if (offset === register.lineControl) this.#lineControl = value
    else if (offset === register.modemControl) this.#modemControl = value & 0x1f
    else if (offset === register.scratch) this.#scratch = value
  }

  get #loops(): boolean {
    return (this.#modemControl & loopback) !== 0
  }

  get #hasData(): boolean {
    return this.#looped.length > 0 || (!this.#loops && this.#arriving.length > 0)
  }

  #latched(offset: number): boolean {
    return offset < 2 && (this.#lineControl & divisorLatch) !== 0
  }

  #take(): number {
    return this.#looped.shift() ?? (this.#loops ? 0 : (this.#arriving.shift() ?? 0))
  }

  #transmit(byte: number): void {
    this.#sentUnnoticed = true
    if (this.#loops) this.#looped.push(byte)
    else this.#send(byte)
  }

  /** Switching the interrupt on tells of a transmitter that is empty already. */
  #enableInterrupts(value: number): void {
    if (value & ~this.#interruptEnable & interrupt.transmitterEmpty) this.#sentUnnoticed = true
    this.#interruptEnable = value
  }

  #controlFifo(value: number): void {
    this.#fifoEnabled = (value & fifo.enable) !== 0
    if (value & fifo.clearReceiver) this.#looped = []
  }

  #identify(): number {
    const enabled = this.#fifoEnabled ? fifo.enabledId : 0
    if (this.#interruptEnable & interrupt.received && this.#hasData) return enabled | interruptId.received
    if (this.#interruptEnable & interrupt.transmitterEmpty && this.#sentUnnoticed) {
      this.#sentUnnoticed = false
      return enabled | interruptId.transmitterEmpty
    }
    return enabled | interruptId.none
  }

  /** The lower half tells what changed since the last look; of the ring indicator only its end counts. */
  #modemStatus(): number {
    const lines = this.#loops ? looped(this.#modemControl) : connected
    const changed = (lines ^ this.#modemSeen) >> 4
    const ringStarted = (lines & 0x40) !== 0
    this.#modemSeen = lines
    return lines | (ringStarted ? changed & ~4 : changed)
  }
}

/** DTR, RTS, OUT1, OUT2 come back as DSR, CTS, RI, CD. */
function looped(modemControl: number): number {
  const bit = (from: number, to: number) => (modemControl & from ? to : 0)
  return bit(1, 0x20) | bit(2, 0x10) | bit(4, 0x40) | bit(8, 0x80)
}
