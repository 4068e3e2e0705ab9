import { Ps2Device, reply } from './ps2-device.ts'
import { type CodeSet, type HeldKey, inSet1, isHeldKey, scanCode } from './scan-codes.ts'

const command = {
  setLeds: 0xed,
  echo: 0xee,
  codeSet: 0xf0,
  identify: 0xf2,
  setRate: 0xf3,
  enable: 0xf4,
  disable: 0xf5,
  defaults: 0xf6,
} as const

const identity = [0xab, 0x83]
/** 10.9 characters a second after half a second. */
const usualRate = 0x2b

interface KeyboardState {
  readonly isScanning: boolean
  readonly codeSet: CodeSet
  /** Scroll, number and capitals lock, from bit 0 on. */
  readonly leds: number
  readonly rate: number
  /** Shift, Ctrl and Alt that are down. */
  readonly held: readonly HeldKey[]
  readonly awaited: number | null
  readonly last: readonly number[]
}

const atPowerOn: KeyboardState = {
  isScanning: true,
  codeSet: 2,
  leds: 0,
  rate: usualRate,
  held: [],
  awaited: null,
  last: [reply.testPassed],
}

/**
 * A 101-key PS/2 keyboard with a US layout (IBM PS/2 Hardware Interface Technical Reference, Keyboard). Keys
 * that are held do not repeat: how often would be a matter of time, and tests press as often as they mean.
 */
export class Keyboard extends Ps2Device<KeyboardState> {
  constructor() {
    super(atPowerOn)
  }

  /** Scroll, number and capitals lock, from bit 0 on. */
  get leds(): number {
    return this.state.leds
  }

  /** There is room for a key, and nothing of an earlier one waits. */
  get isReady(): boolean {
    return this.state.isScanning && this.queue.isEmpty
  }

  /**
   * Answers false, and sends nothing, where there is no such key. What finds no room is lost, as in
   * reality.
   */
  press(key: string, isDown: boolean): boolean {
    const { held } = this.state
    const bytes = scanCode(key, isDown, held)
    if (bytes === null) return false
    if (isHeldKey(key)) {
      const others = held.filter((other) => other !== key)
      this.set({ held: isDown ? [...others, key] : others })
    }
    if (this.state.isScanning) this.queue.offer(this.state.codeSet === 1 ? inSet1(bytes) : bytes)
    this.onData()
    return true
  }

  protected obey(byte: number, awaited: number | null): void {
    if (awaited !== null && byte < 0x80) this.#parameter(awaited, byte)
    else this.#command(byte)
  }

  #command(byte: number): void {
    switch (byte) {
      case command.echo:
        this.queue.answer(reply.echo)
        break
      case command.identify:
        this.queue.answer(reply.acknowledge, ...identity)
        break
      case command.setLeds:
      case command.codeSet:
      case command.setRate:
        this.acknowledge({ awaited: byte })
        break
      case command.enable:
        this.queue.clear()
        this.acknowledge({ isScanning: true })
        break
      case command.disable:
        this.queue.clear()
        this.acknowledge({ isScanning: false, codeSet: 2, rate: usualRate })
        break
      case command.defaults:
        this.queue.clear()
        this.acknowledge({ isScanning: true, codeSet: 2, rate: usualRate })
        break
      default:
        this.obeyAny(byte)
    }
  }

  #parameter(awaited: number, value: number): void {
    if (awaited === command.setLeds) {
      this.acknowledge({ leds: value & 7 })
    } else if (awaited === command.setRate) {
      this.acknowledge({ rate: value })
    } else if (value === 0) {
      this.queue.answer(reply.acknowledge, this.state.codeSet)
    } else if (value === 1 || value === 2) {
      this.acknowledge({ codeSet: value })
    } else {
      this.queue.refuse()
    }
  }
}
