import type { Line, SavedChip } from '../bus/chip.ts'
import type { Ps2Device } from './ps2-device.ts'
import { translated } from './scan-codes.ts'

const commandPort = 4
const status = { output: 1, system: 4, command: 8, unlocked: 0x10, fromMouse: 0x20 } as const
/** Bits of the command byte. */
const mode = {
  keyboardInterrupt: 1,
  mouseInterrupt: 2,
  system: 4,
  keyboardOff: 0x10,
  mouseOff: 0x20,
  translate: 0x40,
} as const
const lines = { notReset: 1, a20: 2, keyboardData: 0x10, mouseData: 0x20, idle: 0xcc } as const

const command = {
  readRam: 0x20,
  writeRam: 0x60,
  hasPassword: 0xa4,
  mouseOff: 0xa7,
  mouseOn: 0xa8,
  testMouse: 0xa9,
  selfTest: 0xaa,
  testKeyboard: 0xab,
  keyboardOff: 0xad,
  keyboardOn: 0xae,
  readInput: 0xc0,
  pollInputLow: 0xc1,
  pollInputHigh: 0xc2,
  readOutput: 0xd0,
  writeOutput: 0xd1,
  asKeyboard: 0xd2,
  asMouse: 0xd3,
  toMouse: 0xd4,
  a20Off: 0xdd,
  a20On: 0xdf,
  readTest: 0xe0,
  pulse: 0xf0,
} as const
const answer = { noPassword: 0xf1, selfTestPassed: 0x55, lineWorks: 0, inputPort: 0xa0 } as const
/** As a PC's firmware leaves it: keyboard with translation, no mouse. */
const usualMode = mode.keyboardInterrupt | mode.system | mode.mouseOff | mode.translate
const release = 0xf0

/** Where the byte in the output buffer came from: it decides the interrupt. */
type Source = 'controller' | 'keyboard' | 'mouse'

export interface SavedKeyboardController {
  /** 32 bytes, of which the first is the command byte. */
  readonly ram: readonly number[]
  readonly output: { readonly byte: number; readonly from: Source } | null
  readonly lastOutput: number
  /** The controller's own answers. */
  readonly waiting: readonly { readonly byte: number; readonly from: Source }[]
  /** The command whose data byte is awaited, or that goes on until the next byte; or null. */
  readonly awaited: number | null
  readonly wroteCommand: boolean
  readonly a20: boolean
  /** The keyboard said F0h: what comes next is a release. */
  readonly isRelease: boolean
}

const atPowerOn: SavedKeyboardController = {
  ram: [usualMode, ...new Array<number>(31).fill(0)],
  output: null,
  lastOutput: 0,
  waiting: [],
  awaited: null,
  wroteCommand: false,
  a20: true,
  isRelease: false,
}

/** What is outside of the chip. */
export interface ControllerWiring {
  readonly keyboard?: Ps2Device
  readonly mouse?: Ps2Device
  readonly keyboardInterrupt?: Line
  readonly mouseInterrupt?: Line
  readonly a20?: Line
  readonly reset: () => void
}

/**
 * The 8042 of a PS/2: ports 60h and 64h between the host, a keyboard and a mouse (IBM PS/2 Hardware Interface
 * Technical Reference, Keyboard and Auxiliary Device Controller). Bytes move as soon as there is room for
 * them.
 */
export class KeyboardController implements SavedChip<SavedKeyboardController> {
  readonly #wiring: ControllerWiring
  #state = atPowerOn

  constructor(wiring: ControllerWiring) {
    this.#wiring = wiring
    for (const device of [wiring.keyboard, wiring.mouse]) {
      if (device) device.onData = () => this.#fill()
    }
    wiring.a20?.set(this.#state.a20)
  }

  reset(): void {
    this.#set(atPowerOn)
    this.#wiring.a20?.set(atPowerOn.a20)
    this.#drive()
  }

  read(offset: number): number {
    const value = this.peek(offset)
    if (offset !== commandPort && this.#state.output) {
      this.#set({ output: null, lastOutput: value })
      this.#drive()
      this.#fill()
    }
    return value
  }

  peek(offset: number): number {
    const { output, lastOutput, wroteCommand } = this.#state
    if (offset !== commandPort) return output?.byte ?? lastOutput
    const full = output ? status.output : 0
    const system = this.#mode & mode.system ? status.system : 0
    return full | system | (wroteCommand ? status.command : 0) | this.#upperStatus
  }

  write(offset: number, _size: number, value: number): void {
    this.#set({ wroteCommand: offset === commandPort })
    if (offset === commandPort) this.#command(value)
    else this.#data(value)
    this.#fill()
  }

  save(): SavedKeyboardController {
    return this.#state
  }

  load(state: SavedKeyboardController): void {
    this.#state = state
  }

  /** Bits 4 to 7, where polls show half of the input port. */
  get #upperStatus(): number {
    const { awaited, output } = this.#state
    if (awaited === command.pollInputLow) return (answer.inputPort << 4) & 0xf0
    if (awaited === command.pollInputHigh) return answer.inputPort & 0xf0
    return status.unlocked | (output?.from === 'mouse' ? status.fromMouse : 0)
  }

  get #mode(): number {
    return this.#state.ram[0] ?? 0
  }

  set #mode(value: number) {
    this.#set({ ram: this.#state.ram.with(0, value) })
    this.#drive()
  }

  #command(value: number): void {
    this.#set({ awaited: null })
    if ((value & 0xe0) === command.readRam) {
      this.#answer(this.#state.ram[value & 0x1f] ?? 0)
    } else if (value >= command.pulse) {
      // Each 0 pulses a line; line 0 is the processor's reset.
      if ((value & lines.notReset) === 0) this.#wiring.reset()
    } else if ((value & 0xe0) === command.writeRam || takesData.has(value) || isPoll(value)) {
      this.#set({ awaited: value })
    } else {
      this.#simple(value)
    }
  }

  #simple(value: number): void {
    switch (value) {
      case command.hasPassword:
        this.#answer(answer.noPassword)
        break
      case command.mouseOff:
        this.#mode |= mode.mouseOff
        break
      case command.mouseOn:
        this.#mode &= ~mode.mouseOff
        break
      case command.keyboardOff:
        this.#mode |= mode.keyboardOff
        break
      case command.keyboardOn:
        this.#mode &= ~mode.keyboardOff
        break
      case command.testMouse:
      case command.testKeyboard:
      case command.readTest:
        this.#answer(answer.lineWorks)
        break
      case command.selfTest:
        this.#mode |= mode.system
        this.#answer(answer.selfTestPassed)
        break
      case command.readInput:
        this.#answer(answer.inputPort)
        break
      case command.readOutput:
        this.#answer(this.#outputPort())
        break
      case command.a20Off:
      case command.a20On:
        this.#setA20(value === command.a20On)
        break
    }
  }

  /** A byte to port 60h: of a command that waits for it, else for the keyboard. */
  #data(value: number): void {
    const { awaited } = this.#state
    this.#set({ awaited: null })
    if (awaited === null || isPoll(awaited)) {
      this.#mode &= ~mode.keyboardOff
      this.#wiring.keyboard?.receive(value)
    } else if ((awaited & 0xe0) === command.writeRam) {
      this.#set({ ram: this.#state.ram.with(awaited & 0x1f, value) })
      this.#drive()
    } else {
      this.#dataOf(awaited, value)
    }
  }

  #dataOf(awaited: number, value: number): void {
    switch (awaited) {
      case command.writeOutput:
        this.#setA20((value & lines.a20) !== 0)
        if ((value & lines.notReset) === 0) this.#wiring.reset()
        break
      case command.asKeyboard:
        this.#answer(value, 'keyboard')
        break
      case command.asMouse:
        this.#answer(value, 'mouse')
        break
      default:
        this.#mode &= ~mode.mouseOff
        this.#wiring.mouse?.receive(value)
    }
  }

  #answer(byte: number, from: Source = 'controller'): void {
    this.#set({ waiting: [...this.#state.waiting, { byte, from }] })
  }

  /**
   * Moves the next byte into the output buffer, if that is empty: own answers, then the keyboard, then the
   * mouse.
   */
  #fill(): void {
    while (!this.#state.output) {
      const next = this.#next()
      if (next === null) return
      this.#set({ output: next })
    }
    this.#drive()
  }

  #next(): { readonly byte: number; readonly from: Source } | null {
    const [first, ...waiting] = this.#state.waiting
    if (first) {
      this.#set({ waiting })
      return first
    }
    const key = this.#mode & mode.keyboardOff ? null : this.#nextOfKeyboard()
    if (key !== null) return { byte: key, from: 'keyboard' }
    const moved = this.#mode & mode.mouseOff ? null : (this.#wiring.mouse?.next() ?? null)
    return moved === null ? null : { byte: moved, from: 'mouse' }
  }

  #nextOfKeyboard(): number | null {
    const byte = this.#wiring.keyboard?.next() ?? null
    if (byte === null || (this.#mode & mode.translate) === 0) return byte
    if (byte === release) {
      this.#set({ isRelease: true })
      return this.#nextOfKeyboard()
    }
    const { isRelease } = this.#state
    this.#set({ isRelease: false })
    return translated(byte, isRelease)
  }

  #outputPort(): number {
    const { output, a20 } = this.#state
    const full = output ? (output.from === 'mouse' ? lines.mouseData : lines.keyboardData) : 0
    return lines.idle | lines.notReset | (a20 ? lines.a20 : 0) | full
  }

  #setA20(open: boolean): void {
    this.#set({ a20: open })
    this.#wiring.a20?.set(open)
  }

  #drive(): void {
    const { output } = this.#state
    const { keyboardInterrupt, mouseInterrupt } = this.#wiring
    const isMouse = output?.from === 'mouse'
    keyboardInterrupt?.set(output !== null && !isMouse && (this.#mode & mode.keyboardInterrupt) !== 0)
    mouseInterrupt?.set(isMouse && (this.#mode & mode.mouseInterrupt) !== 0)
  }

  #set(change: Partial<SavedKeyboardController>): void {
    this.#state = { ...this.#state, ...change }
  }
}

const isPoll = (value: number) => value === command.pollInputLow || value === command.pollInputHigh

const takesData: ReadonlySet<number> = new Set([
  command.writeOutput,
  command.asKeyboard,
  command.asMouse,
  command.toMouse,
])
