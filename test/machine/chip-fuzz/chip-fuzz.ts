import type { Board } from '../../../src/machine/board.ts'
import { connectDrives } from '../../../src/machine/connect-drives.ts'
import type { Medium } from '../../../src/machine/devices/medium.ts'
import { apicMemory, ports } from '../../../src/machine/layout.ts'
import type { MachineShape } from '../../../src/machine/machine-shape.ts'
import { machineTables } from '../../../src/machine/machine-table.ts'
import type { Drive } from '../../../src/machine/media/drive.ts'
import { Random } from '../../oracle/random.ts'
import { makePc } from '../make-pc.ts'

/** Accesses between two events from outside, and between two looks at the state, on average. */
const perEvent = 16
const perSave = 40_000
/** A state is some registers, buffers of drives, timers, and the VGA's 256 KiB and 16 MiB: as text. */
const mostStateBytes = 24_000_000
/** Where the VGA is, or RAM that stands for it. */
const vgaWindow = { first: 0xa_0000, count: 0x2_0000 } as const
/** Where firmware leaves the VGA's pixels, of which some pages are enough, and its registers in memory. */
const vgaBars = [
  { first: 0xfd00_0000, count: 0x8000 },
  { first: 0xfebf_0400, count: 0x20 },
  { first: 0xfebf_0500, count: 0x18 },
  { first: 0xfebf_0000, count: 0x1000 },
] as const
const sizes = [1, 1, 1, 2, 4] as const
const keys = ['a', 'shift', 'enter', 'left', 'pause']
const ideBases = [0x1f0, 0x170]
const shutdownWord = Buffer.from('Shutdown')

/** What a user may choose; the second debug console comes along. */
const choices = { exit: { port: 0xf4, size: 4 }, debugConsole: 0xe9 } as const

/** Ports of all rows, and where windows are, as firmware leaves them, or have been moved to. */
function knownPorts(shape: MachineShape): readonly { first: number; count: number }[] {
  const rows = Object.values(machineTables[shape].chips)
  return [
    ...rows.flatMap(({ ports: fixed = [], plugged }) => [...fixed, ...(plugged?.(choices) ?? [])]),
    ...ideBases.flatMap((first) => [
      { first, count: 8 },
      { first: first + 0x206, count: 1 },
    ]),
    ports.powerManagement,
    { first: 0xe400, count: 128 },
    // The SMBus.
    { first: 0x700, count: 16 },
  ]
}

const functions = [
  [0, 0],
  [1, 0],
  [1, 1],
  [1, 3],
  [2, 0],
  [31, 0],
  [31, 3],
] as const
/** Where functions keep what moves windows. */
const registers = [0x04, 0x10, 0x18, 0x20, 0x30, 0x40, 0x41, 0x43, 0x44, 0x59, 0x5d, 0x60, 0x80, 0x90, 0xd2]
/** Behind the first byte a drive and a head are chosen. Null: any value, most often a good one. */
const floppyCommands = [
  [0xe6, null, null, null, 2, 8, 0x1b, 0xff],
  [0x45, null, null, null, 2, 3, 0x1b, 0xff],
  [0x4d, 2, null, 0x54, 0xf6],
  [0x4a],
  [0x07],
  [0x0f, null],
  [0xcf, null],
  [0x03, null],
  [0x13, null, 0],
] as const
const movedTo = [0x601, 0xe401, 0xffc1, 0, 0xffff_ffff]

/** Random accesses to a board, with time, keys and bytes between them; everything that comes back. */
export class ChipFuzz {
  /** Words with which the board's events begin. */
  readonly events = new Set<string>()
  readonly #known: readonly { first: number; count: number }[]
  readonly #random: Random
  readonly #shape: MachineShape
  readonly #drives = drives()
  #pc: ReturnType<typeof makePc>
  #hash = 0

  constructor(shape: MachineShape, seed: string) {
    this.#shape = shape
    this.#random = new Random(seed)
    this.#known = knownPorts(shape)
    this.#pc = this.#make()
  }

  /** Of all answers of the board, and all that came out of it. */
  get hash(): number {
    return this.#hash >>> 0
  }

  get board(): Board {
    return this.#pc.board
  }

  /** Throws where a state does not come back as it was, or grows. */
  run(accesses: number): void {
    const random = this.#random
    for (let done = 0; done < accesses; done++) {
      if (random.oneIn(12)) this.#configure()
      else if (random.oneIn(10)) this.#reachApic()
      else if (random.oneIn(9)) this.#reachVga()
      else if (random.oneIn(40)) this.#commandFloppy()
      else this.#reachPort()
      if (random.oneIn(perEvent)) this.#disturb()
      if (random.oneIn(perSave)) this.#change()
    }
    this.#change()
  }

  #make() {
    const pc = makePc(this.#shape)
    connectDrives(pc.board.chips, this.#drives)
    pc.board.plug(choices)
    return pc
  }

  #reachPort(): void {
    const random = this.#random
    const { first, count } = random.pick(this.#known)
    const port = random.oneIn(50) ? random.below(0x1_0000) : first + random.below(count)
    const size = random.pick(sizes)
    if (random.oneIn(2)) this.#note(this.#pc.space.read(port, size))
    else this.#pc.space.write(port, size, this.#value(size))
  }

  #reachApic(): void {
    const random = this.#random
    const at = apicMemory.first + random.below(0x40) * 16 + (random.oneIn(8) ? random.below(16) : 0)
    this.#reachMemory(at, random.oneIn(8) ? random.pick(sizes) : 4)
  }

  #reachVga(): void {
    const at = vgaWindow.first + this.#random.below(vgaWindow.count)
    if (this.#pc.memory.lowPage(at) === 'chip') this.#reachMemory(at, this.#random.pick(sizes))
    const { first, count } = this.#random.pick(vgaBars)
    this.#reachMemory(first + this.#random.below(count), this.#random.pick(sizes))
  }

  /** As many bytes as a command takes, and its DMA channel. */
  #commandFloppy(): void {
    const random = this.#random
    const write = (port: number, value: number) => this.#pc.space.write(port, 1, value)
    write(ports.floppy.first + 2, 0x0c)
    write(0x0b, random.pick([0x42, 0x46, 0x4a, 0x5a, 0x86]))
    write(0x0a, 2)
    const [code = 0, ...rest] = random.pick(floppyCommands)
    const selection = random.below(8)
    for (const byte of [code, selection, ...rest]) write(ports.floppy.first + 5, byte ?? random.below(4))
  }

  #reachMemory(at: number, size: number): void {
    if (this.#random.oneIn(2)) this.#note(this.#pc.memory.readChip(at, size))
    else this.#pc.memory.writeChip(at, size, this.#value(size))
  }

  #configure(): void {
    const random = this.#random
    const [device, number] = random.pick(functions)
    const size = random.pick(sizes)
    const any = random.oneIn(4) ? random.below(256) : random.pick(registers)
    const at = any - (any % size)
    if (random.oneIn(2)) this.#note(this.#pc.config(device, number, at, size))
    else {
      const value = random.oneIn(2) ? random.pick(movedTo) : this.#value(size)
      this.#pc.setConfig(device, number, at, size, value % 2 ** (8 * size))
    }
  }

  /** Time, an acknowledge of the processor's, or something from outside. */
  #disturb(): void {
    const random = this.#random
    const { board, at, runTo } = this.#pc
    const { keyboard, mouse, com1, power, apic, coprocessor } = board.chips
    switch (random.below(10)) {
      case 0:
        this.#note(board.acknowledge())
        break
      case 1:
        keyboard.press(random.pick(keys), random.oneIn(2))
        break
      case 2:
        com1.receive(random.bytes(random.below(4)))
        break
      case 3:
        board.placeApic(random.oneIn(9) ? 0xfee0_0100n : 0xfee0_0900n)
        break
      case 4:
        apic.taskPriority = random.below(16)
        break
      case 5:
        if (random.oneIn(50)) power.pressPower()
        else mouse.move({ x: random.below(99) - 50, y: random.below(99) - 50 })
        break
      case 6:
        coprocessor.report()
        break
      case 7:
        for (const letter of shutdownWord.subarray(random.below(2), random.below(9))) {
          this.#pc.space.write(ports.shutdown.first, 1, letter)
        }
        break
      default:
        runTo(at.tick + random.below(random.oneIn(20) ? 2_000_000 : 3000))
    }
    for (const event of this.#pc.events) {
      for (const letter of event) this.#note(letter.charCodeAt(0))
      this.events.add(event.split(' ')[0] ?? '')
    }
    this.#pc.events.length = 0
  }

  /** Goes on with another board that was given the state of this one. */
  #change(): void {
    const { board, clock, at, space, memory } = this.#pc
    const saved = structuredClone([board.save(), clock.save()] as const)
    const text = textOf(saved)
    if (text.length > mostStateBytes) throw new Error(`the state has grown to ${text.length} bytes`)
    const other = this.#make()
    other.at.tick = at.tick
    other.memory.lowRam(vgaWindow).set(memory.lowRam(vgaWindow))
    other.board.load(saved[0])
    other.clock.load(saved[1])
    const again = textOf([other.board.save(), other.clock.save()])
    if (again !== text) throw new Error('a state did not come back as it was')
    for (const { first, count } of this.#known) {
      for (let port = first; port < first + count; port++) {
        if (space.read(port, 1) !== other.space.read(port, 1)) throw new Error(`port ${port} differs`)
      }
    }
    for (let at = apicMemory.first; at < apicMemory.first + 0x400; at += 16) {
      if (memory.readChip(at, 4) !== other.memory.readChip(at, 4)) throw new Error(`${at} differs`)
    }
    other.events.length = 0
    this.#pc = other
  }

  /** As wide as the access, often one bit or few. */
  #value(size: number): number {
    const random = this.#random
    const word = random.oneIn(3) ? 1 << random.below(32) : random.word() >>> random.below(32)
    return (word >>> 0) % 2 ** (8 * size)
  }

  #note(answer: number): void {
    this.#hash = Math.imul(this.#hash ^ answer, 0x0100_0193) ^ (this.#hash >>> 15)
  }
}

/** The same: throws where an access does, and where a state does not come back as it was. */
export function hashOf(shape: MachineShape, accesses: number): number {
  const fuzz = new ChipFuzz(shape, 'kerneltest chips')
  fuzz.run(accesses)
  return fuzz.hash
}

export function textOf(state: unknown): string {
  return JSON.stringify(state, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  )
}

/** Disks with few sectors, so that most commands find their end. */
function drives(): readonly Drive[] {
  const small = { driveType: 3, cylinders: 4, heads: 2, sectorsPerTrack: 8 } as const
  const geometry = { cylinders: 2, heads: 4, sectorsPerTrack: 8 }
  return [
    { kind: 'disk', number: 0x80, id: 'disk', medium: inMemory(512, 64), geometry },
    { kind: 'floppy', number: 0, id: 'floppy', medium: inMemory(512, 64), geometry: small },
    { kind: 'floppy', number: 1, id: 'other', medium: inMemory(512, 64), geometry: small },
    { kind: 'cdrom', number: 0xe0, id: 'disc', medium: inMemory(2048, 64) },
  ]
}

function inMemory(sectorBytes: 512 | 2048, sectors: number): Medium {
  const bytes = Uint8Array.from({ length: sectors * sectorBytes }, (_, at) => at >> 8)
  return {
    ...{ sectorBytes, sectors, isWritable: sectorBytes === 512 },
    read: (first, count) => bytes.slice(first * sectorBytes, (first + count) * sectorBytes),
    write: (first, some) => bytes.set(some, first * sectorBytes),
  }
}
