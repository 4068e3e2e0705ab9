import { Board, type SavedBoard } from './board.ts'
import { PhysicalMemory } from './bus/physical-memory.ts'
import { PortSpace } from './bus/port-space.ts'
import { connectDrives, type MediumSlot } from './connect-drives.ts'
import { Cpu, type CpuStop } from './cpu/cpu.ts'
import { flagBit } from './cpu/register-bits.ts'
import { activity, dirtyPages, pageBytes, state as stateLayout } from './cpu/state-layout.ts'
import type { CpuState } from './cpu/system/cpu-state.ts'
import type { CalendarTime } from './devices/calendar.ts'
import type { MouseMovement } from './devices/mouse.ts'
import type { VgaDisplay } from './devices/vga-display.ts'
import { type EntryRegisters, enter, type ProcessorChoices } from './entry.ts'
import { Bios, type SavedBios } from './firmware/bios/bios.ts'
import { entryPoints, romSegment } from './firmware/bios/bios-rom.ts'
import { powerOnMemory } from './firmware/bios/power-on-memory.ts'
import { pciRoutings } from './firmware/tables/pci-routing.ts'
import { type FirmwareMemory, firmwareMemory } from './firmware-memory.ts'
import { softOff, textMemory, usualStartTime, videoMemoryBytes } from './layout.ts'
import type { MachineShape } from './machine-shape.ts'
import { machineTables } from './machine-table.ts'
import type { Drive, RemovableDrive } from './media/drive.ts'
import { MemoryProbe } from './memory-probe.ts'
import { PacedInput } from './paced-input.ts'
import { leaveAsFirmware, leaveDrives } from './post-state.ts'
import { RamImage, type RamPart } from './ram-image.ts'
import { RestingProcessor } from './resting-processor.ts'
import type { Charges } from './table-rows.ts'
import { type DiskError, type Happening, Timeline, type TimelineEntry } from './timeline.ts'
import { type SavedTimers, TimerQueue } from './timer-queue.ts'
import { type SavedTypist, Typist } from './typist.ts'
import { type UnknownAccess, UnknownAccesses } from './unknown-accesses.ts'

/** Why the machine stands still. */
export type MachineStop =
  | Exclude<CpuStop, { readonly kind: 'requested' }>
  /** Somebody called `requestStop`. */
  | { readonly kind: 'requested' }
  /** The guest wrote to the exit port. */
  | { readonly kind: 'exit'; readonly value: number }
  | { readonly kind: 'reset'; readonly by: 'keyboard' | 'cf9' | 'port92' }
  /** The guest switched the power off, by ACPI's way or by a port for that. */
  | { readonly kind: 'powerOff'; readonly by: 'acpi' | 'port' }

type End = Extract<MachineStop, { readonly kind: 'exit' | 'reset' | 'powerOff' }>

/** What is outside of the machine: other ends of lines, and where devices of the user's choice are. */
export interface Wiring {
  /** Where isa-debug-exit listens, if it is there. */
  readonly exit: { readonly port: number; readonly size: number } | null
  readonly debugConsole?: number | null
  /** Floppy drives, disks and CD drives with what is in them. */
  readonly drives?: readonly Drive[]
  /** Numbers of drives, first tried first. */
  readonly bootOrder?: readonly number[]
  /** What the real-time clock shows at power-on. */
  readonly startTime?: CalendarTime
  /** A byte that a serial port sent; ports count from 0. */
  readonly serial: (byte: number, port: number) => void
  readonly print?: (byte: number) => void
  /** The guest said that it has panicked; `goesOn`: into a kernel that dumps it. */
  readonly panicked?: (goesOn: boolean) => void
  /** A first access of its kind to where nothing is: see {@link UnknownAccesses}. */
  readonly unknown?: (access: UnknownAccess) => void
  /** The guest wants sectors of a drive, and does not get them. */
  readonly diskError?: (error: DiskError) => void
  /** Called from time to time by a guest that is busy with what is slow; true stops it. */
  readonly poll?: () => boolean
}

export interface MachineSettings extends Wiring {
  readonly memoryMiB: number
  /** `pc` where nothing is said. */
  readonly shape?: MachineShape
}

/** Plain data. */
export interface SavedMachine {
  readonly cpu: Uint8Array
  readonly board: SavedBoard
  readonly timers: SavedTimers
  readonly bios: SavedBios
  /** What is still to be typed and moved. */
  readonly input: { readonly typist: SavedTypist; readonly pointer: readonly MouseMovement[] }
  readonly skipped: number
}

/** A processor that runs for fewer ticks gets all of them at once. */
const leastHalved = 64
/** Device accesses, events and system instructions between two polls: each is slow. */
const exitsPerPoll = 256

/**
 * A PC: one processor, RAM, the chips of a {@link Board}, a text screen and ways to end. Time is counted in
 * ticks of the clock: an instruction takes one, a port access some more, and a halted processor lets them
 * pass until something happens.
 */
export class Machine {
  readonly cpu: Cpu
  readonly state: CpuState
  /** For whoever looks from outside. */
  readonly memory: MemoryProbe
  /** Tables that firmware leaves. */
  readonly firmware: FirmwareMemory
  readonly #image: RamImage
  readonly shape: MachineShape
  readonly #timeline = new Timeline(() => ({ units: this.units, tick: this.ticks }), {
    transferred: () => this.#bios.stir(),
    refused: (error) => this.#wiring.diskError?.(error),
  })
  readonly #unknown = new UnknownAccesses((access) => {
    this.#timeline.note(lookedFor(access), access)
    this.#wiring.unknown?.(access)
  })
  readonly #ports = new PortSpace({
    charge: (ticks) => this.#charge(ticks ?? this.#charges.isa),
    unknown: (at, size, isWrite) => this.#noteUnknown('ports', at, size, isWrite),
  })
  readonly #charges: Charges
  readonly #clock: TimerQueue
  readonly #board: Board
  readonly #typist: Typist
  readonly #pointer: PacedInput<MouseMovement>
  readonly #bios: Bios
  /** The guest has written to the port by which ROM calls the firmware. */
  #isTrapped = false
  /** Contents of memory at the last power-on, what was to be loaded apart. */
  #left: { readonly ofBios: readonly RamPart[]; readonly parts: readonly RamPart[] } | null = null
  /** Chips and timers as firmware leaves them. */
  readonly #booted: { readonly board: SavedBoard; readonly timers: SavedTimers }
  #wiring: Wiring
  /** Drives whose medium can be changed, by their numbers. */
  #slots: ReadonlyMap<number, MediumSlot> = new Map()
  #end: End | null = null
  /** Somebody outside asked for a stop, rather than the machine itself. */
  #stopAsked = false
  #skipped = 0
  /** The tick at which the processor has to come back. */
  #until = Number.POSITIVE_INFINITY
  /** The unit at which it comes back by itself. */
  #budgetEnd = 0
  #isRunning = false
  #exits = 0

  /** Throws a RangeError where the host has no room for `memoryMiB`. */
  constructor({ memoryMiB, shape = 'pc', ...wiring }: MachineSettings) {
    this.shape = shape
    const memory = new PhysicalMemory(memoryMiB * 2 ** 20, null, videoMemoryBytes)
    memory.watch = { unknown: (at, size, isWrite) => this.#noteUnknown('memory', at, size, isWrite) }
    this.cpu = new Cpu(memory, this.#ports)
    const { ram } = this.cpu
    this.state = this.cpu.state
    this.memory = new MemoryProbe(this.cpu)
    this.firmware = firmwareMemory(shape, ram.length)
    const dirty = new Uint8Array(ram.buffer, dirtyPages, ram.length / pageBytes)
    this.#image = new RamImage({ bytes: ram, dirty, hasCode: (page) => this.cpu.hasCode(page) })
    this.#wiring = wiring
    const { charges } = machineTables[shape]
    this.#charges = charges
    this.cpu.onEvent = () => this.#charge(charges.event)
    this.cpu.onChipAccess = () => this.#charge(charges.memory)
    this.cpu.onPause = () => this.#charge(charges.pause)
    this.cpu.onSystemInstruction = () => this.#poll()
    this.cpu.onApicBase = () => this.#placeApic()
    this.cpu.onTaskPriority = () => {
      this.#board.chips.apic.taskPriority = this.state.u32(stateLayout.taskPriority)
    }
    this.cpu.onNumericError = () => this.#board.chips.coprocessor.report()
    this.cpu.events.acknowledge = () => {
      const vector = this.#board.acknowledge()
      this.#timeline.note({ kind: 'irq', vector })
      return vector
    }
    this.#clock = new TimerQueue(
      () => this.ticks,
      (at) => this.#comeBackAt(at),
    )
    this.#board = this.#assemble(this.#clock)
    const { keyboard, mouse } = this.#board.chips
    this.#typist = new Typist(keyboard, ram, this.#clock)
    this.#pointer = new PacedInput(this.#clock, 'pointer', {
      isReady: () => mouse.isReady,
      change: (movement) => mouse.move(movement),
    })
    this.#bios = new Bios({
      cpu: new RestingProcessor(this.cpu),
      ports: this.#ports,
      clock: this.#clock,
      charge: (ticks) => this.skip(ticks),
      idle: (ticks) => this.#sleep(this.ticks + ticks),
      charges: charges.bios,
      memoryMap: this.firmware.map,
      routing: pciRoutings[shape],
      called: (service, ah) => {
        this.#timeline.noteCall(service, ah)
        this.#typist.noteCall(service)
      },
      open: (drive) => this.#slots.get(drive)?.open?.(),
    })
    leaveAsFirmware(shape, { ports: this.#ports, memory }, this.#board.chips, ram.length)
    this.#booted = { board: this.#board.save(), timers: this.#clock.save() }
    this.#plug()
  }

  /**
   * Instructions, iterations of repeated ones and delivered events so far; exact in the middle of a run
   * too.
   */
  get units(): number {
    const { state } = this
    const inRun = state.u32(stateLayout.slice) - state.u32(stateLayout.budget)
    return numberAt(state, stateLayout.units) + inRun
  }

  /** The time since power-on. */
  get ticks(): number {
    return this.units + this.#skipped
  }

  /** The CPU executed HLT and waits. */
  get halted(): boolean {
    return this.state.u32(stateLayout.activity) === activity.halted
  }

  get interruptsOn(): boolean {
    return (this.state.u32(stateLayout.systemFlags) & flagBit.interrupt) !== 0
  }

  /** The guest has asked the firmware for a key, and there is none. */
  get awaitsKey(): boolean {
    return this.#bios.awaitsKey && !this.#typist.isBusy
  }

  /** It looks for one over and over, and neither prints by the firmware, nor sends, nor reads a disk. */
  get looksForKey(): boolean {
    return this.#bios.looksForKey && !this.#typist.isBusy
  }

  /** The firmware has found nothing to boot, and has halted for good. */
  get hasNothingToBoot(): boolean {
    return this.halted && this.linearRip === behindHalt
  }

  /** It executes nothing until something wakes it, or ever: it is halted, or waits for the firmware. */
  get sleeps(): boolean {
    if (this.#isSignaled) return false
    return this.#bios.isWaiting ? this.#bios.wakeAt > this.ticks : this.halted && this.interruptsOn
  }

  /** What is on the monitor. */
  get display(): VgaDisplay {
    return this.#board.chips.vga.display
  }

  /** Pages that a reset would have to look at. */
  get usedPages(): number {
    return this.#image.usedPages
  }

  /**
   * Power-on with firmware's tables, these contents of memory and a blank screen: nothing of what the machine
   * did before is left, except what was decoded and compiled. To be followed by `enter`, which empties the
   * TLB: a page that it went on to allow writes to would not be seen to be dirty.
   */
  powerOn(parts: readonly RamPart[], wiring: Wiring): void {
    const { drives = [], bootOrder = [], startTime = usualStartTime } = wiring
    for (const page of this.#image.load(parts, this.#leftByFirmware(drives, startTime)))
      this.cpu.forgetCode(page)
    this.#wiring = wiring
    this.#isTrapped = false
    this.#timeline.forget()
    const watched = drives.map((drive) => this.#timeline.watched(drive))
    this.#bios.powerOn(watched, bootOrder)
    this.#end = null
    this.#skipped = 0
    this.#typist.forget()
    this.#pointer.forget()
    this.#unknown.forget()
    this.#board.load(this.#booted.board)
    this.#clock.load(this.#booted.timers)
    const { chips } = this.#board
    if (startTime !== usualStartTime) chips.rtc.setTime(startTime)
    this.#slots = connectDrives(chips, watched, (id, isOpen) => this.#bios.moveTray(id, isOpen))
    leaveDrives(chips, drives, bootOrder)
    this.#plug()
  }

  /** The same array for the same kinds of drives at the same time. */
  #leftByFirmware(drives: readonly Drive[], { hour, minute, second }: CalendarTime): readonly RamPart[] {
    const ofBios = powerOnMemory(drives, (hour * 60 + minute) * 60 + second)
    if (this.#left?.ofBios !== ofBios) {
      this.#left = { ofBios, parts: [blankScreen, ...ofBios, ...this.firmware.parts] }
    }
    return this.#left.parts
  }

  /** Changes the medium of a drive to that of `drive`, which may be none, between two runs. */
  insert(drive: RemovableDrive): void {
    this.#timeline.note({ kind: 'mediumChange', drive: drive.id, isEmpty: drive.medium === null })
    this.#putIn(drive)
  }

  #putIn(drive: RemovableDrive): void {
    const watched = this.#timeline.watched(drive)
    this.#bios.insert(watched)
    this.#slots.get(drive.number)?.insert(watched)
  }

  /** All that goes on between two runs, what is in RAM and on media apart: see saved-state.ts. */
  save(): SavedMachine {
    return {
      cpu: this.cpu.save(),
      board: this.#board.save(),
      timers: this.#clock.save(),
      bios: this.#bios.save(),
      input: { typist: this.#typist.save(), pointer: this.#pointer.save() },
      skipped: this.#skipped,
    }
  }

  /** Takes what a machine of this shape saved when its removable drives held what `drives` hold now. */
  load({ cpu, board, timers, bios, input, skipped }: SavedMachine, drives: readonly Drive[] = []): void {
    // Who was told of a change, and who was not, comes with the state.
    for (const drive of drives) if (drive.kind !== 'disk') this.#putIn(drive)
    // What chips move empties the TLB, which is part of the processor's state.
    this.#board.load(board)
    this.cpu.load(cpu)
    this.#skipped = skipped
    this.#clock.load(timers)
    this.#bios.load(bios)
    this.#typist.load(input.typist)
    this.#pointer.load(input.pointer)
  }

  /** Puts the CPU into the state in which it wakes up. */
  enter(registers: EntryRegisters, choices: ProcessorChoices = plainProcessor): void {
    enter(this.cpu, registers, choices)
    this.#placeApic()
  }

  /** Runs for exactly `budget` units, unless something stops it before. */
  run(budget: number, addresses?: ReadonlySet<bigint>): MachineStop {
    return this.runUntil(Number.POSITIVE_INFINITY, budget, addresses)
  }

  /**
   * Runs to the end of the first instruction at or after a tick, or for `most` units, or until something else
   * stops it: see `Cpu.run`. A CPU that stands at one of `addresses` (linear) runs on to the next arrival.
   * Time passes while the CPU is halted; it comes back `halted` where nothing will ever interrupt it.
   */
  runUntil(tick: number, most: number, addresses?: ReadonlySet<bigint>): MachineStop {
    const last = this.units + most
    this.#stopAsked = false
    for (;;) {
      this.#clock.expireDue()
      const left = last - this.units
      if (this.ticks >= tick || left <= 0) return { kind: 'budget' }
      if (this.#bios.isWaiting) {
        if (this.sleeps && this.#wakeAt === Number.POSITIVE_INFINITY) return { kind: 'halted' }
        this.doze(tick)
        if (!this.sleeps) this.#bios.wake()
        continue
      }
      const stop = this.#runTo(Math.min(tick, this.nextEvent), left, addresses)
      if (this.#end) return this.#end
      if (this.#isTrapped) this.#callFirmware()
      if (stop.kind === 'halted' && this.#awaitsEvent) this.#sleep(tick)
      else if (stop.kind !== 'budget' && (stop.kind !== 'requested' || this.#stopAsked)) return stop
    }
  }

  /** Lets time pass while the processor sleeps, to a tick, or for as many events as a poll waits for. */
  doze(tick: number): void {
    for (let events = 0; events < exitsPerPoll && this.sleeps && this.ticks < tick; events++) {
      const until = Math.min(tick, this.#wakeAt)
      if (until === Number.POSITIVE_INFINITY) return
      this.skip(Math.max(until - this.ticks, 0))
      this.#clock.expireDue()
    }
  }

  /** The tick of the next event of a device; infinite where there is none. */
  get nextEvent(): number {
    return this.#clock.deadline ?? Number.POSITIVE_INFINITY
  }

  /** What the guest looked for and did not find, since power-on. */
  get unknownAccesses(): readonly UnknownAccess[] {
    return this.#unknown.all
  }

  /** What has happened last, as far as it is kept. */
  get timeline(): readonly TimelineEntry[] {
    return this.#timeline.all
  }

  /** To be called at instants that are the same in every run: changes of the video mode are noted then. */
  noteMode(): void {
    this.#timeline.seeMode(this.display.mode)
  }

  get linearRip(): bigint {
    return this.cpu.linearRip
  }

  /** Lets time pass in which nothing happens. */
  skip(ticks: number): void {
    this.#skipped += ticks
    this.#add(stateLayout.tscOffset, ticks)
  }

  /** Lets time pass in which the CPU comes back to where it stands after each instruction. */
  spin(units: number): void {
    this.#add(stateLayout.units, units)
  }

  /** Ends `run` behind the instruction that is under way: for the functions of {@link Wiring}. */
  requestStop(): void {
    this.#stopAsked = true
    this.cpu.requestStop()
  }

  /** Bytes from the other end of a serial line; ports count from 0. */
  sendTo(port: number, bytes: Uint8Array): void {
    const { com1, com2, com3, com4 } = this.#board.chips
    const chip = [com1, com2, com3, com4][port]
    chip?.receive(bytes)
  }

  /** Presses keys together and lets go of them the other way round, when those before have been. */
  press(keys: readonly string[]): void {
    this.#typist.press(keys)
  }

  /** Moves the mouse and presses its buttons, one change after the other. */
  point(changes: readonly MouseMovement[]): void {
    this.#pointer.add(changes)
  }

  /** Somebody presses the power button. */
  pressPower(): void {
    this.#board.chips.power.pressPower()
  }

  /** The processor alone, to a tick. */
  #runTo(tick: number, most: number, addresses?: ReadonlySet<bigint>): MachineStop {
    this.#until = tick
    this.#isRunning = true
    const left = tick - this.ticks
    // Half of it leaves room for what accesses take: few come too late for the budget.
    const budget = Math.min(left > leastHalved ? Math.ceil(left / 2) : left, most)
    this.#budgetEnd = this.units + budget
    const { stop } = this.cpu.run(budget, addresses)
    this.#isRunning = false
    this.#until = Number.POSITIVE_INFINITY
    return stop
  }

  /** Something may interrupt the halted processor later. */
  get #awaitsEvent(): boolean {
    return this.halted && this.interruptsOn && this.#clock.deadline !== null
  }

  /** Time passes to the next event, or to `tick`. */
  #sleep(tick: number): void {
    this.skip(Math.max(Math.min(tick, this.nextEvent) - this.ticks, 0))
  }

  #callFirmware(): void {
    this.#isTrapped = false
    this.#bios.call()
  }

  /** The tick before which nothing can wake the processor that sleeps. */
  get #wakeAt(): number {
    return this.#bios.isWaiting ? Math.min(this.#bios.wakeAt, this.nextEvent) : this.nextEvent
  }

  /** Something waits to interrupt the processor. */
  get #isSignaled(): boolean {
    return this.state.u32(stateLayout.pending) !== 0
  }

  /** Wired to whatever is outside at the time. */
  #assemble(clock: TimerQueue): Board {
    return new Board(this.shape, { ports: this.#ports, memory: this.cpu.memory }, clock, {
      interrupt: { set: (level) => this.cpu.setInterruptLine(level) },
      serial: (byte, port) => {
        this.#bios.stir()
        this.#wiring.serial(byte, port)
      },
      reset: (by) => this.#finish({ kind: 'reset', by }),
      sleep: (type) => type === softOff && this.#finish({ kind: 'powerOff', by: 'acpi' }),
      powerOff: () => this.#finish({ kind: 'powerOff', by: 'port' }),
      setA20: (open) => this.#setA20(open),
      ignoreNumericErrors: () => this.cpu.ignoreNumericErrors(),
      signal: (what) => this.cpu.signal(what),
      prioritized: (priority) => this.state.setU32(stateLayout.taskPriority, priority),
      panicked: (goesOn) => {
        this.#timeline.note({ kind: 'guestPanic', goesOn })
        this.#wiring.panicked?.(goesOn)
      },
      exit: (value) => this.#finish({ kind: 'exit', value }),
      print: (byte) => this.#wiring.print?.(byte),
      callFirmware: () => this.#trap(),
    })
  }

  /** Devices of the user's choice. */
  #plug(): void {
    const { exit, debugConsole = null } = this.#wiring
    this.#board.plug({ exit, debugConsole })
  }

  /** The guest stands behind the instruction that has called the firmware when the processor stops. */
  #trap(): void {
    this.#isTrapped = true
    this.cpu.requestStop()
  }

  /** A device has an event before the processor would come back. */
  #comeBackAt(tick: number): void {
    if (!this.#isRunning || tick >= this.#until) return
    this.#until = tick
    this.cpu.requestStop()
  }

  #placeApic(): void {
    this.#board.placeApic(this.state.u64(stateLayout.apicBase))
  }

  #setA20(open: boolean): void {
    const bit = open ? 1 : 0
    if (this.state.u32(stateLayout.a20) === bit) return
    this.state.setU32(stateLayout.a20, bit)
    this.cpu.flushTlb()
  }

  /** The first end counts. */
  #finish(end: End): void {
    this.#end ??= end
    this.cpu.requestStop()
  }

  #add(at: number, ticks: number): void {
    const { state } = this
    const low = state.u32(at) + (ticks % word)
    const carry = Math.floor(ticks / word) + (low >= word ? 1 : 0)
    state.setU32(at, low % word)
    if (carry > 0) state.setU32(at + 4, (state.u32(at + 4) + carry) % word)
  }

  #noteUnknown(space: UnknownAccess['space'], at: number, size: number, isWrite: boolean): void {
    this.#unknown.note({ space, at, size, isWrite, first: this.units })
  }

  /** Of an access to a device, in the middle of an instruction: the rest of the budget may be too much. */
  #charge(ticks: number): void {
    this.skip(ticks)
    if (this.#budgetEnd + this.#skipped > this.#until) this.cpu.requestStop()
    this.#poll()
  }

  #poll(): void {
    this.#exits++
    if (this.#exits % exitsPerPoll === 0 && this.#wiring.poll?.()) this.requestStop()
  }
}

/**
 * Counters of 64 bits are added to in halves: a guest that only faults does it all the time, and BigInt is
 * slow.
 */
const word = 2 ** 32

/** Where the processor stands that has found nothing to boot: behind STI and HLT. */
const behindHalt = BigInt(romSegment * 16 + entryPoints.halt + 2)

const numberAt = (state: CpuState, at: number) => state.u32(at) + state.u32(at + 4) * word

function lookedFor({ space, at, size, isWrite }: UnknownAccess): Happening {
  return space === 'ports'
    ? { kind: 'portIo', port: at, size, isWrite }
    : { kind: 'memoryIo', address: at, size, isWrite }
}

const plainProcessor: ProcessorChoices = { features: [], seed: 0n }

const blankScreen: RamPart = {
  at: textMemory.at,
  bytes: new Uint8Array(new Uint16Array(textMemory.bytes / 2).fill(textMemory.blank).buffer),
  size: textMemory.bytes,
}
