import { Ps2Device, reply } from './ps2-device.ts'

const command = {
  scale1: 0xe6,
  scale2: 0xe7,
  setResolution: 0xe8,
  status: 0xe9,
  streamMode: 0xea,
  readData: 0xeb,
  resetWrap: 0xec,
  wrapMode: 0xee,
  remoteMode: 0xf0,
  identify: 0xf2,
  setRate: 0xf3,
  enable: 0xf4,
  disable: 0xf5,
  defaults: 0xf6,
  reset: 0xff,
} as const

const identity = { plain: 0, wheel: 3 } as const
/** Rates that, set one after the other, ask a mouse for its wheel. */
const wheelKnock = [200, 100, 80]
const buttonBits = { left: 1, right: 2, middle: 4 } as const
const alwaysSet = 8

export interface MouseMovement {
  /** Counts to the right and up. */
  readonly x: number
  readonly y: number
  readonly wheel?: number
  /** Buttons that are down; without it they stay as they are. */
  readonly buttons?: readonly (keyof typeof buttonBits)[]
}

interface MouseState {
  readonly isEnabled: boolean
  readonly isRemote: boolean
  readonly isWrapping: boolean
  readonly doubles: boolean
  readonly resolution: number
  /** The last three sample rates, newest last. */
  readonly rates: readonly number[]
  readonly hasWheel: boolean
  readonly buttons: number
  readonly awaited: number | null
  readonly last: readonly number[]
  /** Movement that no packet has told yet. */
  readonly x: number
  readonly y: number
  readonly wheel: number
}

const atPowerOn: MouseState = {
  isEnabled: false,
  isRemote: false,
  isWrapping: false,
  doubles: false,
  resolution: 2,
  rates: [0, 0, 100],
  hasWheel: false,
  buttons: 0,
  awaited: null,
  last: [reply.testPassed, identity.plain],
  x: 0,
  y: 0,
  wheel: 0,
}

/**
 * A PS/2 mouse with three buttons, and a wheel for who knocks (IBM PS/2 Mouse; Microsoft's IntelliMouse
 * protocol).
 */
export class Mouse extends Ps2Device<MouseState> {
  constructor() {
    super(atPowerOn, identity.plain)
  }

  /** Nothing of an earlier movement waits. */
  get isReady(): boolean {
    return this.queue.isEmpty
  }

  move({ x, y, wheel = 0, buttons }: MouseMovement): void {
    const before = this.state
    const down = buttons?.reduce((bits, button) => bits | buttonBits[button], 0) ?? before.buttons
    this.set({ x: before.x + x, y: before.y + y, wheel: before.wheel + wheel, buttons: down })
    if (before.isEnabled && !before.isRemote && !before.isWrapping) this.#report()
    this.onData()
  }

  protected obey(byte: number, awaited: number | null): void {
    const isEchoed = this.state.isWrapping && byte !== command.resetWrap && byte !== command.reset
    if (isEchoed) this.queue.answer(byte)
    else if (awaited === null) this.#command(byte)
    else this.#parameter(awaited, byte)
  }

  #command(byte: number): void {
    const change = changes.get(byte)
    if (change) {
      this.queue.clear()
      this.acknowledge(change)
      return
    }
    switch (byte) {
      case command.setResolution:
      case command.setRate:
        this.acknowledge({ awaited: byte })
        break
      case command.status:
        this.queue.answer(reply.acknowledge, this.#status())
        break
      case command.readData:
        this.queue.answer(reply.acknowledge, this.#packet())
        break
      case command.identify:
        this.queue.answer(reply.acknowledge, this.state.hasWheel ? identity.wheel : identity.plain)
        break
      default:
        this.obeyAny(byte)
    }
  }

  #parameter(awaited: number, value: number): void {
    if (awaited === command.setResolution) {
      this.acknowledge({ resolution: value & 3 })
      return
    }
    const rates = [...this.state.rates.slice(1), value]
    const knocks = rates.every((rate, index) => rate === wheelKnock[index])
    this.acknowledge({ rates, hasWheel: this.state.hasWheel || knocks })
  }

  #status(): readonly number[] {
    const { isRemote, isEnabled, doubles, buttons, resolution, rates } = this.state
    const modes = (isRemote ? 0x40 : 0) | (isEnabled ? 0x20 : 0) | (doubles ? 0x10 : 0)
    // The status byte has its buttons in another order than a packet.
    const pressed = (buttons & 1 ? 4 : 0) | (buttons & 4 ? 2 : 0) | (buttons & 2 ? 1 : 0)
    return [modes | pressed, resolution, rates.at(-1) ?? 0]
  }

  /** Packets until all movement is told; what finds no room waits for the next movement. */
  #report(): void {
    do {
      const before = this.state
      if (!this.queue.offer([this.#packet()])) {
        this.state = before
        return
      }
    } while (this.state.x !== 0 || this.state.y !== 0 || this.state.wheel !== 0)
  }

  /** Takes as much of the movement as a packet can tell. */
  #packet(): readonly number[] {
    const { x, y, wheel, buttons, hasWheel } = this.state
    const [right, up, turned] = [clamp(x, 255), clamp(y, 255), hasWheel ? clamp(wheel, 7) : wheel]
    this.set({ x: x - right, y: y - up, wheel: wheel - turned })
    const signs = (right < 0 ? 0x10 : 0) | (up < 0 ? 0x20 : 0)
    return [alwaysSet | buttons | signs, right & 0xff, up & 0xff, ...(hasWheel ? [turned & 0xff] : [])]
  }
}

/** Commands that only change modes. */
const changes: ReadonlyMap<number, Partial<MouseState>> = new Map([
  [command.scale1, { doubles: false }],
  [command.scale2, { doubles: true }],
  [command.streamMode, { isRemote: false }],
  [command.remoteMode, { isRemote: true }],
  [command.wrapMode, { isWrapping: true }],
  [command.resetWrap, { isWrapping: false }],
  [command.enable, { isEnabled: true }],
  [command.disable, { isEnabled: false }],
  [
    command.defaults,
    { isEnabled: false, isRemote: false, doubles: false, resolution: 2, rates: [0, 0, 100] },
  ],
])

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most)
}
