import { isSilentPress } from '../support/silent-press.ts'
import { type Clock, tickAtNs } from './clock.ts'
import type { Keyboard } from './devices/keyboard.ts'
import { addressOf } from './firmware/bios/data-area.ts'
import { numberAt } from './firmware/bios/little-endian.ts'
import { PacedInput } from './paced-input.ts'

/** That of INT 09h. */
const keyVector = 0x24
const bufferHead = addressOf('keyBufferHead')
const bufferTail = addressOf('keyBufferTail')

/** A guest that has not called the BIOS for so long, not even by a timer's interrupt, has left it. */
const leftTicks = tickAtNs(250_000_000n)

interface KeyChange {
  readonly key: string
  readonly isDown: boolean
  /** It waits until the guest has taken what the BIOS keeps for it. */
  readonly waits: boolean
}

export interface SavedTypist {
  /** Still to be typed. */
  readonly keys: readonly KeyChange[]
  readonly keptBy: number | null
  readonly calledAt: number
}

/**
 * Hands on the keyboard. A key goes down when the guest has taken the one before: out of the keyboard, and,
 * where that was the BIOS for the guest, out of its buffer too, so that none is lost however slowly they are
 * read.
 */
export class Typist {
  readonly #ram: Uint8Array
  readonly #clock: Clock
  readonly #input: PacedInput<KeyChange>
  /** The vector of INT 09h when our handler took a key last. */
  #keptBy: number | null = null
  /** When the BIOS was called last. */
  #calledAt = 0

  constructor(keyboard: Keyboard, ram: Uint8Array, clock: Clock) {
    this.#ram = ram
    this.#clock = clock
    this.#input = new PacedInput(clock, 'typist', {
      isReady: ({ waits }) => keyboard.isReady && !(waits && this.#isKeyKept),
      change: ({ key, isDown }) => keyboard.press(key, isDown),
    })
  }

  /** Not everything has been typed yet. */
  get isBusy(): boolean {
    return this.#input.isBusy
  }

  /** Presses keys together and lets go of them the other way round, when those before have been. */
  press(keys: readonly string[]): void {
    const makesCode = !isSilentPress(keys)
    const down = keys.map((key, index) => ({ key, isDown: true, waits: makesCode && index === 0 }))
    const up = keys.toReversed().map((key) => ({ key, isDown: false, waits: false }))
    this.#input.add([...down, ...up])
  }

  /** To be told of each call of the BIOS. */
  noteCall(service: string): void {
    this.#calledAt = this.#clock.now
    if (service === 'int09') this.#keptBy = this.#number(keyVector, 4)
  }

  forget(): void {
    this.#input.forget()
    this.#keptBy = null
    this.#calledAt = 0
  }

  save(): SavedTypist {
    return { keys: this.#input.save(), keptBy: this.#keptBy, calledAt: this.#calledAt }
  }

  load({ keys, keptBy, calledAt }: SavedTypist): void {
    this.#input.load(keys)
    this.#keptBy = keptBy
    this.#calledAt = calledAt
  }

  /**
   * Whether the BIOS holds a key that the guest is still to take. A guest with a handler of its own, which
   * does not hand keys on to ours, and one that has left the BIOS take nothing from there.
   */
  get #isKeyKept(): boolean {
    const isOurs = this.#keptBy === this.#number(keyVector, 4)
    const isAlive = this.#clock.now - this.#calledAt < leftTicks
    return isOurs && isAlive && this.#number(bufferHead, 2) !== this.#number(bufferTail, 2)
  }

  #number(at: number, bytes: 2 | 4): number {
    return numberAt(this.#ram, at, bytes)
  }
}
