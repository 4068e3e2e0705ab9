/** Offsets in the configuration space of a device (PCI Local Bus Specification 3.0, section 6.1). */
const pciRegister = {
  vendor: 0x00,
  device: 0x02,
  command: 0x04,
  status: 0x06,
  revision: 0x08,
  classCode: 0x09,
  headerType: 0x0e,
  bars: 0x10,
  subsystemVendor: 0x2c,
  subsystem: 0x2e,
  rom: 0x30,
  interruptLine: 0x3c,
  interruptPin: 0x3d,
} as const

/** Bits of the command register that let windows be seen. */
const pciCommand = { ports: 1, memory: 2, busMaster: 4 } as const

const barCount = 6
const configBytes = 256
const romEnable = 1

/** A window that a base address register moves. */
export interface PciBar {
  readonly kind: 'ports' | 'memory' | 'prefetchable'
  /** A power of two: 4 and more for ports, 16 and more for memory. */
  readonly bytes: number
}

/** What a function is: the constants of its configuration space. */
export interface PciIdentity {
  readonly vendor: number
  readonly device: number
  readonly revision?: number
  /** Class, subclass and programming interface, as 0x0101_80 for an IDE controller. */
  readonly classCode: number
  /** What the status register reads as; nothing ever happens that sets its other bits. */
  readonly status?: number
  readonly isMultifunction?: boolean
  readonly subsystem?: { readonly vendor: number; readonly device: number }
  /** INTA# to INTD# as 1 to 4; 0: it has none. */
  readonly interruptPin?: number
  readonly bars?: readonly (PciBar | null)[]
  /** Bytes of an expansion ROM, a power of two. */
  readonly romBytes?: number
  /** Registers of its own beyond the header: contents after reset, and the bits that can be written. */
  readonly own?: readonly OwnRegister[]
  /** Windows that registers of its own let be seen, by the data sheet's names. */
  readonly windows?: Readonly<Record<string, OwnWindow>>
}

/** A window that no base address register moves. */
export interface OwnWindow {
  readonly kind: 'ports' | 'memory'
  readonly bytes: number
  /** Where it always is, or the register of four bytes that says where; its low bits don't count. */
  readonly base: number | { readonly at: number }
  /** The bit of a byte that lets it be seen. */
  readonly enable: { readonly at: number; readonly bit: number }
  /** The command register has to allow it too. */
  readonly obeysCommand?: boolean
}

export interface OwnRegister {
  readonly at: number
  readonly bytes: 1 | 2 | 4
  readonly value: number
  readonly writable: number
}

/** Where a window is. */
export interface PciWindow {
  /** That of a base address register, or of a window of the function's own. */
  readonly name: string
  readonly kind: PciBar['kind']
  readonly base: number
  readonly bytes: number
}

/**
 * One function of a PCI device: its configuration space. Windows are where base address registers put them,
 * as long as the command register lets them be seen; who sizes a window writes ones to its register and reads
 * which stay.
 */
export class PciFunction {
  readonly #identity: PciIdentity
  readonly #writable = new Uint8Array(configBytes)
  #bytes = new Uint8Array(configBytes)
  #view = new DataView(this.#bytes.buffer)
  /** What the registers hold, if that was loaded. */
  #loaded: readonly number[] | null = null
  /** Called after a write that may have moved a window, or changed a register of the function's own. */
  onChange: () => void = () => {}

  constructor(identity: PciIdentity) {
    this.#identity = identity
    this.#describeWritable()
    this.reset()
  }

  reset(): void {
    this.#loaded = null
    const { vendor, device, revision = 0, classCode, subsystem, interruptPin = 0 } = this.#identity
    this.#bytes.fill(0)
    this.#put(pciRegister.vendor, 2, vendor)
    this.#put(pciRegister.device, 2, device)
    this.#put(pciRegister.status, 2, this.#identity.status ?? 0)
    this.#put(pciRegister.revision, 4, revision | (classCode << 8))
    this.#put(pciRegister.headerType, 1, this.#identity.isMultifunction ? 0x80 : 0)
    this.#put(pciRegister.subsystemVendor, 2, subsystem?.vendor ?? 0)
    this.#put(pciRegister.subsystem, 2, subsystem?.device ?? 0)
    this.#put(pciRegister.interruptPin, 1, interruptPin)
    for (const [index, bar] of (this.#identity.bars ?? []).entries()) {
      if (bar) this.#put(pciRegister.bars + 4 * index, 4, barFlags[bar.kind])
    }
    for (const { at, bytes, value } of this.#identity.own ?? []) this.#put(at, bytes, value)
    this.onChange()
  }

  /** Bytes of the configuration space, little-endian. */
  read(offset: number, size: number): number {
    let value = 0
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (this.#bytes[offset + byte] ?? 0xff)
    return value
  }

  write(offset: number, size: number, value: number): void {
    this.#loaded = null
    for (let byte = 0; byte < size; byte++) {
      const at = offset + byte
      const mask = this.#writable[at] ?? 0
      const written = Math.floor(value / 2 ** (8 * byte)) & 0xff
      this.#bytes[at] = ((this.#bytes[at] ?? 0) & ~mask) | (written & mask)
    }
    this.onChange()
  }

  /** The windows that can be seen now. */
  get windows(): readonly PciWindow[] {
    return [...this.#barWindows(), ...this.#romWindow(), ...this.#ownWindows()]
  }

  save(): readonly number[] {
    return Array.from(this.#bytes)
  }

  /** Each boot loads the same: where nobody wrote since there is nothing to do. */
  load(state: readonly number[]): void {
    if (state === this.#loaded) return
    this.#bytes.set(state)
    this.#loaded = state
    this.onChange()
  }

  #barWindows(): readonly PciWindow[] {
    return (this.#identity.bars ?? []).flatMap((bar, index) => {
      if (!bar || !this.#allows(bar.kind)) return []
      const register = this.read(pciRegister.bars + 4 * index, 4)
      const base = (register & -bar.bytes) >>> 0
      return [{ name: `bar${index}`, kind: bar.kind, base, bytes: bar.bytes }]
    })
  }

  #romWindow(): readonly PciWindow[] {
    const { romBytes } = this.#identity
    const register = this.read(pciRegister.rom, 4)
    if (!romBytes || !(register & romEnable) || !this.#allows('memory')) return []
    return [{ name: 'rom', kind: 'memory', base: (register & -romBytes) >>> 0, bytes: romBytes }]
  }

  #ownWindows(): readonly PciWindow[] {
    return Object.entries(this.#identity.windows ?? {}).flatMap(([name, window]) => {
      const { kind, bytes, base, enable, obeysCommand = false } = window
      const isSeen = (this.read(enable.at, 1) & enable.bit) !== 0
      if (!isSeen || (obeysCommand && !this.#allows(kind))) return []
      const at = typeof base === 'number' ? base : (this.read(base.at, 4) & -bytes) >>> 0
      return [{ name, kind, base: at, bytes }]
    })
  }

  #allows(kind: PciBar['kind']): boolean {
    const enable = kind === 'ports' ? pciCommand.ports : pciCommand.memory
    return (this.read(pciRegister.command, 2) & enable) !== 0
  }

  #describeWritable(): void {
    const allow = (at: number, bytes: number, mask: number) => {
      for (let byte = 0; byte < bytes; byte++) this.#writable[at + byte] = (mask >>> (8 * byte)) & 0xff
    }
    allow(pciRegister.command, 2, 0x0547)
    allow(0x0c, 1, 0xff)
    allow(0x0d, 1, 0xff)
    allow(pciRegister.interruptLine, 1, 0xff)
    for (const [index, bar] of (this.#identity.bars ?? []).entries()) {
      if (bar) allow(pciRegister.bars + 4 * index, 4, -bar.bytes & addressBits[bar.kind])
    }
    const { romBytes } = this.#identity
    if (romBytes) allow(pciRegister.rom, 4, -romBytes | romEnable)
    for (const { at, bytes, writable } of this.#identity.own ?? []) allow(at, bytes, writable)
    if ((this.#identity.bars?.length ?? 0) > barCount) throw new RangeError('a PCI function has six windows')
  }

  #put(at: number, bytes: 1 | 2 | 4, value: number): void {
    if (bytes === 1) this.#view.setUint8(at, value)
    else if (bytes === 2) this.#view.setUint16(at, value, true)
    else this.#view.setUint32(at, value, true)
  }
}

/** A PC has 64 Ki ports: bits 16 to 31 are 0 (Intel 290550, BMIBA; 316972, SMB_BASE). */
const addressBits = { ports: 0xffff, memory: -1, prefetchable: -1 } as const
/** The lowest bits of a base address register say what kind of window it moves. */
const barFlags = { ports: 1, memory: 0, prefetchable: 8 } as const
