import type { Drive, RemovableDrive } from '../../media/drive.ts'
import { vgaRom } from '../vga-bios/vga-rom.ts'
import { biosRom } from './bios-rom.ts'
import { dataAreaOf } from './data-area.ts'
import { Frame } from './frame.ts'
import { KeyLooks, noLooks, type SavedKeyLooks } from './key-looks.ts'
import type { ProcessorPort } from './processor-port.ts'
import { type Registers, registersOf } from './registers.ts'
import type { TrapSite } from './rom-layout.ts'
import type { Again, Outcome, Platform } from './service.ts'
import { services } from './services.ts'

/** What firmware finds in the machine. */
export interface BiosWiring
  extends Pick<Platform, 'ports' | 'clock' | 'charge' | 'charges' | 'memoryMap' | 'routing' | 'open'> {
  readonly cpu: ProcessorPort
  /** Lets so many ticks pass, or those to the next event of a device. */
  readonly idle: (ticks: number) => void
  /** Hears of each call: the service, and AH. */
  readonly called?: (service: string, ah: number) => void
}

/** A call that waits. */
interface WaitingCall {
  /** A tick, or null for whatever happens next. */
  readonly at: number | null
  /** What the service wants to be told. */
  readonly memo: number
  /** It waits for a key, whatever else goes on meanwhile. */
  readonly forKey: boolean
}

export interface SavedBios {
  readonly calls: readonly (readonly [stack: number, call: WaitingCall])[]
  readonly isWaiting: boolean
  readonly wakeAt: number | null
  /** Ids of drives. */
  readonly changed: readonly string[]
  /** The same. */
  readonly opened: readonly string[]
  readonly looks: SavedKeyLooks
}

/** By the linear address of a processor that calls. */
const sites = new Map([...biosRom.traps, ...vgaRom.traps])
/** A guest that leaves calls and never comes back leaves no more behind than this. */
const mostCalls = 64

/** The services behind the traps of the ROMs. Its state is in the guest's memory, but for calls that wait. */
export class Bios {
  readonly #cpu: ProcessorPort
  readonly #regs: Registers
  readonly #charge: (ticks: number) => void
  readonly #idle: (ticks: number) => void
  readonly #called: (service: string, ah: number) => void
  readonly #platform: Platform
  readonly #drives = new Map<number, Drive>()
  readonly #bootOrder: number[] = []
  readonly #changed = new Set<string>()
  readonly #opened = new Set<string>()
  /** By the linear address of their frames. */
  readonly #calls = new Map<number, WaitingCall>()
  #isWaiting = false
  #wakeAt: number | null = null
  readonly #looks: KeyLooks

  constructor({ cpu, idle, called = () => {}, ...wiring }: BiosWiring) {
    this.#idle = idle
    this.#called = called
    this.#cpu = cpu
    this.#regs = registersOf(cpu)
    this.#charge = wiring.charge
    this.#looks = new KeyLooks(wiring.clock)
    const [drives, bootOrder] = [this.#drives, this.#bootOrder]
    const [changed, opened] = [this.#changed, this.#opened]
    this.#platform = { data: dataAreaOf(cpu), memory: cpu, ...wiring, drives, bootOrder, changed, opened }
  }

  /** Nothing of what it did before is left. `bootOrder`: numbers of drives, first tried first. */
  powerOn(drives: readonly Drive[], bootOrder: readonly number[]): void {
    this.#drives.clear()
    for (const drive of drives) this.#drives.set(drive.number, drive)
    this.#bootOrder.splice(0, Number.POSITIVE_INFINITY, ...bootOrder)
    this.load({ calls: [], isWaiting: false, wakeAt: null, changed: [], opened: [], looks: noLooks })
  }

  /** Puts what `drive` holds in place of what was in it. */
  insert(drive: RemovableDrive): void {
    this.#drives.set(drive.number, drive)
    this.#changed.add(drive.id)
    this.#opened.delete(drive.id)
  }

  /** A drive was opened or closed by its cable: what comes in is told as a change. */
  moveTray(id: string, isOpen: boolean): void {
    if (isOpen) this.#opened.add(id)
    else if (this.#opened.delete(id)) this.#changed.add(id)
  }

  /** Whether the processor, behind an OUT to the port of the traps, stands in a trap. */
  get isCalled(): boolean {
    return this.#site !== undefined
  }

  /** Time has to pass, to {@link wakeAt} or to the next event, before the processor goes on. */
  get isWaiting(): boolean {
    return this.#isWaiting
  }

  get wakeAt(): number {
    return this.#wakeAt ?? Number.POSITIVE_INFINITY
  }

  /** A service waits for a key. */
  get awaitsKey(): boolean {
    return [...this.#calls.values()].some(({ forKey }) => forKey)
  }

  /** The guest does nothing but look for a key, again and again. */
  get looksForKey(): boolean {
    return this.#looks.isAll
  }

  /** The guest does something else than look for a key. */
  stir(): void {
    this.#looks.stir()
  }

  wake(): void {
    this.#isWaiting = false
  }

  /** Does what the trap is for. */
  call(): void {
    const site = this.#site
    if (!site) return
    if (!site.isRepeated) this.#called(site.service, this.#regs.ah)
    this.#charge(this.#platform.charges.call)
    const stack = this.#cpu.stackTop
    const before = site.isRepeated ? this.#calls.get(stack) : undefined
    this.#calls.delete(stack)
    this.#looks.noteCall(site.service, this.#regs.ah)
    const outcome = this.#outcome(site, before)
    if (outcome === 'noKey') this.#noteLook()
    if (outcome === 'done' || outcome === 'noKey') return
    this.#wait(stack, waitingCall(outcome))
    this.#cpu.jumpBy(site.toWait)
  }

  save(): SavedBios {
    return {
      calls: [...this.#calls],
      isWaiting: this.#isWaiting,
      wakeAt: this.#wakeAt,
      changed: [...this.#changed],
      opened: [...this.#opened],
      looks: this.#looks.save(),
    }
  }

  load({ calls, isWaiting, wakeAt, changed, opened, looks }: SavedBios): void {
    this.#calls.clear()
    for (const [stack, call] of calls) this.#calls.set(stack, call)
    this.#changed.clear()
    for (const id of changed) this.#changed.add(id)
    this.#opened.clear()
    for (const id of opened) this.#opened.add(id)
    this.#isWaiting = isWaiting
    this.#wakeAt = wakeAt
    this.#looks.load(looks)
  }

  #noteLook(): void {
    if (this.#looks.isEager) this.#idle(this.#platform.charges.idleLook)
    this.#looks.note()
  }

  /** Where a kernel has mapped the ROM elsewhere, the physical address counts. */
  get #site(): TrapSite | undefined {
    const site = sites.get(this.#cpu.linearRip)
    if (site) return site
    const physical = this.#cpu.physicalRip
    return physical === null ? undefined : sites.get(physical)
  }

  #outcome({ service, isFar }: TrapSite, before: WaitingCall | undefined): Outcome {
    const { at = null, memo = null } = before ?? {}
    if (at !== null && at > this.#platform.clock.now) return { againAt: at, memo: memo ?? 0 }
    const act = services[service]
    return act ? act(new Frame(this.#cpu, this.#regs, memo, isFar), this.#platform) : 'done'
  }

  #wait(stack: number, call: WaitingCall): void {
    this.#calls.set(stack, call)
    for (const oldest of this.#calls.keys()) {
      if (this.#calls.size <= mostCalls) break
      this.#calls.delete(oldest)
    }
    this.#isWaiting = true
    this.#wakeAt = call.at
  }
}

function waitingCall(outcome: Again | 'awaitsKey' | 'idle'): WaitingCall {
  if (typeof outcome === 'string') return { at: null, memo: 0, forKey: outcome === 'awaitsKey' }
  return { at: outcome.againAt, memo: outcome.memo ?? 0, forKey: false }
}
