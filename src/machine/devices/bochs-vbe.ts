/** Ports, as offsets from 1CEh; both take words. */
const port = { index: 0, data: 1 } as const

/** Indexes of registers. */
export const vbeRegister = {
  id: 0,
  width: 1,
  height: 2,
  depth: 3,
  enable: 4,
  bank: 5,
  virtualWidth: 6,
  virtualHeight: 7,
  xOffset: 8,
  yOffset: 9,
  videoMemory: 10,
} as const

/** Bits of the enable register. */
const enable = { on: 0x01, capabilities: 0x02, wideDac: 0x20, keepsMemory: 0x80 } as const

const registers = 10
/** Versions of the interface, first and last: a guest names the one that it wants. */
const ids = { first: 0xb0c0, last: 0xb0c5 } as const
const most = { width: 16_000, height: 12_000, depth: 32 } as const
const depths: readonly number[] = [4, 8, 15, 16, 24, 32]
const usualDepth = 8
const bankBytes = 0x1_0000
/** Widths are made of so many pixels. */
const widthStep = 8

export interface SavedBochsVbe {
  readonly index: number
  readonly registers: readonly number[]
}

/** What a packed or planar mode shows, in pixels. */
export interface VbeMode {
  readonly width: number
  readonly height: number
  /** Bits of a pixel: 4, 8, 15, 16, 24 or 32. */
  readonly depth: number
  /** Bytes of memory from one line to the next; of all planes where there are any. */
  readonly pitch: number
  /** Where in the memory the first pixel's line begins, and which pixel of it comes first. */
  readonly lineAt: number
  readonly firstPixel: number
}

/**
 * The display interface of Bochs' and QEMU's VGA (Bochs, "VBE Display API"; OSDev, "Bochs VBE Extensions"):
 * words behind 1CEh and 1CFh that set a mode, and what part of the memory is shown.
 */
export class BochsVbe {
  readonly #memoryBytes: number
  readonly #registers = new Uint16Array(registers)
  #index = 0
  /** A mode has been switched on that does not keep what is in memory. */
  onClear: () => void = () => {}

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes
    this.reset()
  }

  reset(): void {
    this.#index = 0
    this.#registers.fill(0)
    this.#registers[vbeRegister.id] = ids.last
  }

  /** By port; only words are taken. */
  read(offset: number, size: number): number {
    if (size !== 2) return 0xff
    return offset === port.index ? this.#index : this.register(this.#index)
  }

  write(offset: number, size: number, value: number): void {
    if (size !== 2) return
    if (offset === port.index) this.#index = value
    else if (offset === port.data) this.setRegister(this.#index, value)
  }

  /** 0 where there is none. */
  register(index: number): number {
    if (index === vbeRegister.videoMemory) return this.#memoryBytes / bankBytes
    if (this.#get(vbeRegister.enable) & enable.capabilities) {
      if (index === vbeRegister.width) return most.width
      if (index === vbeRegister.height) return most.height
      if (index === vbeRegister.depth) return most.depth
    }
    return this.#get(index)
  }

  setRegister(index: number, value: number): void {
    if (index === vbeRegister.id) {
      if (value >= ids.first && value <= ids.last) this.#set(index, value)
    } else if (index === vbeRegister.bank) {
      this.#set(index, value % (this.#memoryBytes / bankBytes))
    } else if (index === vbeRegister.enable) {
      this.#enable(value)
    } else if (index < registers && index !== vbeRegister.virtualHeight) {
      this.#set(index, value)
      this.#makePossible()
    }
  }

  /** What is shown; null while the VGA's own modes are. */
  get mode(): VbeMode | null {
    if (!this.#isOn) return null
    const [width, height] = [this.#get(vbeRegister.width), this.#get(vbeRegister.height)]
    return {
      ...{ width, height, depth: this.#depth, pitch: this.#pitch },
      lineAt: this.#get(vbeRegister.yOffset) * this.#pitch,
      firstPixel: this.#get(vbeRegister.xOffset),
    }
  }

  /** Where in the memory the bank begins. */
  get bankAt(): number {
    return this.#get(vbeRegister.bank) * bankBytes
  }

  /** Colors of the DAC have eight bits. */
  get hasWideDac(): boolean {
    return (this.#get(vbeRegister.enable) & enable.wideDac) !== 0
  }

  save(): SavedBochsVbe {
    return { index: this.#index, registers: [...this.#registers] }
  }

  load({ index, registers: saved }: SavedBochsVbe): void {
    this.#index = index
    this.#registers.set(saved)
  }

  get #isOn(): boolean {
    return (this.#get(vbeRegister.enable) & enable.on) !== 0
  }

  get #depth(): number {
    return this.#get(vbeRegister.depth)
  }

  get #pitch(): number {
    return (this.#get(vbeRegister.virtualWidth) * bitsOf(this.#depth)) / 8
  }

  #enable(value: number): void {
    const wasOn = this.#isOn
    this.#set(vbeRegister.enable, value)
    if (this.#isOn === wasOn) return
    this.#set(vbeRegister.bank, 0)
    if (wasOn) return
    for (const index of [vbeRegister.virtualWidth, vbeRegister.xOffset, vbeRegister.yOffset])
      this.#set(index, 0)
    this.#makePossible()
    if ((value & enable.keepsMemory) === 0) this.onClear()
  }

  /** What is asked for while a mode is on becomes what there is memory for. */
  #makePossible(): void {
    if (!this.#isOn) return
    if (!depths.includes(this.#depth)) this.#set(vbeRegister.depth, usualDepth)
    const width = Math.max(steps(this.#get(vbeRegister.width)), widthStep)
    const virtualWidth = Math.max(steps(this.#get(vbeRegister.virtualWidth)), width)
    this.#set(vbeRegister.width, width)
    this.#set(vbeRegister.virtualWidth, virtualWidth)
    const lines = Math.floor(this.#memoryBytes / this.#pitch)
    const height = Math.min(Math.max(this.#get(vbeRegister.height), 1), most.height, lines)
    this.#set(vbeRegister.height, height)
    this.#set(vbeRegister.virtualHeight, Math.min(lines, 0xffff))
    // Beyond the memory: the screen begins where that does. Lines may go on into the next.
    if (this.#get(vbeRegister.yOffset) + height > lines) this.#set(vbeRegister.yOffset, 0)
  }

  #get(index: number): number {
    return this.#registers[index] ?? 0
  }

  #set(index: number, value: number): void {
    this.#registers[index] = value
  }
}

/** A width that can be. */
const steps = (width: number) => Math.min(width - (width % widthStep), most.width)

/** Of a pixel in memory. */
const bitsOf = (depth: number) => (depth === 15 ? 16 : depth)
