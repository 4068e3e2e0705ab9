import type { PhysicalMemory } from '../bus/physical-memory.ts'
import type { PortSpace } from '../bus/port-space.ts'
import { CodeCache } from './code-cache.ts'
import { type Compiled, type CoreExports, compiledCore, instantiate } from './core-instance.ts'
import { noteDataAccess, notePortAccess } from './events/debug-registers.ts'
import { EventUnit, type FaultStep } from './events/event-unit.ts'
import { FrameTable, memoryBytes } from './frame-table.ts'
import { HandlerTable, interpreterOf, type Mode } from './interpreter/handler-numbers.ts'
import { portAllowed } from './segments/io-bitmap.ts'
import { loadCpu, saveCpu } from './snapshot.ts'
import { activity, allBanks, noneBegun, pageBytes, ramBase, segment, state } from './state-layout.ts'
import { derived, interruption, runEnd } from './status.ts'
import { CpuState } from './system/cpu-state.ts'
import { SystemDispatch } from './system/dispatch.ts'
import { GuestFault } from './system/guest-fault.ts'
import { Operation } from './system/operation.ts'
import type { Processor } from './system/processor.ts'
import { SystemMemory } from './system/system-memory.ts'
import { systemInstructions } from './system-instructions.ts'
import { type Feature, machineFeatures } from './table/features.ts'
import { transcendental } from './transcendental/operations.ts'
import { vector } from './vector.ts'

export type CpuStop =
  /** `halted`: only an event from outside would go on. `requested`: by a device. */
  | { readonly kind: 'budget' | 'halted' | 'requested' }
  /** A fault that could not be delivered, nor the double fault about it: all of them, first to last. */
  | { readonly kind: 'tripleFault'; readonly chain: readonly FaultStep[] }
  /** RIP is at an address where the run was to stop, and has come there in this run. */
  | { readonly kind: 'address'; readonly linear: bigint }
  /** Where `stopsAtExceptions`: nothing has been delivered, RIP is at the instruction. */
  | { readonly kind: 'exception'; readonly vector: number; readonly code: number }
  /** There is no semantic yet for the instruction at RIP. */
  | { readonly kind: 'absent' }

const nowhere: ReadonlySet<bigint> = new Set()

/** By number, as `codeMode` has them. */
const modes: readonly Mode[] = ['flat32', 'long64', 'seg16', 'seg32']

/** Engines optimise a function only between two calls of it. */
const maxSlice = 4_000_000

/** One processor and the RAM that it shares a memory with. */
export class Cpu {
  readonly ram: Uint8Array
  readonly state: CpuState
  readonly events: EventUnit
  /** Ends runs at exceptions instead of delivering them. */
  stopsAtExceptions = false
  /** Called for each fault and interrupt that was delivered, or ended in a triple fault; not yet counted. */
  onEvent: () => void = () => {}
  /** Called before each access to physical memory where neither RAM nor ROM is. */
  onChipAccess: () => void = () => {}
  /** Called by each instruction that is done in TypeScript. */
  onSystemInstruction: () => void = () => {}
  /** Called where an exception of x87 is to become an interrupt: FERR# of CR0.NE = 0. It goes on waiting. */
  onNumericError: () => void = () => {}
  /** Called by each PAUSE. */
  onPause: () => void = () => {}
  /** Called when IA32_APIC_BASE or CR8 has been written. */
  onApicBase: () => void = () => {}
  onTaskPriority: () => void = () => {}
  readonly memory: PhysicalMemory
  readonly #memory: WebAssembly.Memory
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #view: DataView
  readonly #core: CoreExports
  readonly #cache: CodeCache
  readonly #processor: Processor
  #stopRequested = false

  constructor(
    memory: PhysicalMemory,
    ports: PortSpace,
    features: ReadonlySet<Feature> = machineFeatures,
    { core, module }: Compiled = compiledCore(),
  ) {
    this.memory = memory
    this.#memory = new WebAssembly.Memory({ initial: memoryBytes(memory) / 65536 })
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#view = new DataView(this.#memory.buffer)
    this.ram = this.#bytes.subarray(ramBase, ramBase + memory.ramBytes)
    this.state = new CpuState(this.#view)
    this.#core = instantiate<CoreExports>(module, this.#imports(ports))
    const frames = new FrameTable(this.#view, this.#core, memory, () => this.flushTlb())
    const port = {
      translate: (linear: bigint) => {
        const page = this.pageOf(linear)
        return page === null ? null : page / pageBytes
      },
      frameOf: (page: number) => (frames.frameOf(page * pageBytes)?.offset ?? -pageBytes) / pageBytes,
      readByte: (physical: number) => memory.readChip(physical, 1),
    }
    this.#cache = new CodeCache(this.#bytes, new HandlerTable(core.numbers), port, features)
    this.#cache.onFirstCode = () => this.#core.disarmAll()
    this.#processor = {
      state: this.state,
      memory: new SystemMemory(this.#view, this.#core),
      tlb: {
        flush: (keepGlobal) => this.#core.flushTlb(keepGlobal ? 1 : 0),
        invalidate: (linear) => this.#core.invalidatePage(BigInt.asIntN(64, linear)),
        recheck: () => this.#core.disarmAll(),
      },
      events: {
        softwareInterrupt: (...one) => this.events.softwareInterrupt(...one),
        keepResume: () => this.events.keepResume(),
        stepByNewFlags: () => this.events.stepByNewFlags(),
        taskSwitched: () => this.events.taskSwitched(),
      },
      reportNumericError: () => this.onNumericError(),
      apic: { moved: () => this.onApicBase(), prioritized: () => this.onTaskPriority() },
      units: () => this.state.u64(state.units) + BigInt(this.#sliceDone()),
    }
    this.events = new EventUnit(this.#processor)
    this.#view.setInt32(state.a20, 1, true)
    for (const bytes of [2, 4, 8]) {
      this.state.setU64(state.addressMasks + 8 * bytes, (1n << BigInt(8 * bytes)) - 1n)
    }
    this.#view.setBigUint64(state.onePage, BigInt(pageBytes), true)
    this.settle()
  }

  /** CR2: what the last page fault was about. */
  get faultAddress(): bigint {
    return this.#view.getBigUint64(state.cr2, true)
  }

  /** Units done since the machine was made or loaded. */
  get units(): bigint {
    return this.#view.getBigUint64(state.units, true)
  }

  /** Call it after changes of the state from outside: works out the mode and flushes the TLB. */
  settle(): void {
    this.#view.setInt32(state.midway, 0, true)
    this.#view.setInt32(state.armedBanks, allBanks, true)
    this.flushTlb()
    this.#core.refresh()
  }

  /** All that the guest can see of the CPU, RAM apart: equal states give equal bytes. */
  save(): Uint8Array {
    return saveCpu(this.#bytes)
  }

  /** Takes what `save` gave, of a CPU with as much RAM. */
  load(saved: Uint8Array): void {
    loadCpu(this.#bytes, saved)
    this.#core.disarmAll()
    this.#cache.unhook()
    this.#core.refresh()
  }

  /** Ends the run behind the instruction that is under way: called by a device. */
  requestStop(): void {
    this.#stopRequested = true
    this.#view.setInt32(state.interruption, interruption.stop, true)
  }

  /** The level of INTR, also in the middle of an instruction: it is looked at before the next. */
  setInterruptLine(level: boolean): void {
    this.events.setInterruptLine(level)
    if (level) this.#leaveForTrap(true)
  }

  /** An edge of NMI, or an INIT message: like {@link setInterruptLine}. */
  signal(what: 'nmi' | 'init'): void {
    this.events[what]()
    this.#leaveForTrap(true)
  }

  /** IGNNE#, until the exceptions that x87 reports are cleared. */
  ignoreNumericErrors(): void {
    this.#view.setInt32(state.numericErrorsIgnored, 1, true)
  }

  /** Writes to RAM from outside: decoded code is forgotten. */
  poke(address: number, bytes: Uint8Array): void {
    this.memory.write(address, bytes)
  }

  /** Whether something was decoded from a page of RAM. */
  hasCode(page: number): boolean {
    return this.#cache.hasCode(page)
  }

  /** Forgets what was decoded from a page of RAM, which has been changed past the CPU between two runs. */
  forgetCode(page: number): void {
    this.#cache.drop(page)
  }

  get linearRip(): bigint {
    const bits = this.#mode === 'long64' ? 64 : 32
    return BigInt.asUintN(bits, this.state.u64(state.codeBase) + this.state.rip)
  }

  /** The physical address of the page that instructions at a linear address come from; null: none does. */
  pageOf(linear: bigint): number | null {
    const page = this.#core.translateFetch(BigInt.asIntN(64, linear))
    return page === -1n ? null : Number(page >> 12n) * pageBytes
  }

  /**
   * Runs exactly `budget` units, unless something ends the run before: an arrival at one of the linear
   * addresses `stopsAt` does, in front of the instruction there. Where the run begins, and the next iteration
   * of an instruction, are no arrivals. Answers why, and what is left.
   */
  run(
    budget: number,
    stopsAt: ReadonlySet<bigint> = nowhere,
  ): { readonly stop: CpuStop; readonly left: number } {
    this.#cache.stopAt(stopsAt)
    this.state.setU64(state.begun, this.linearRip)
    let left = budget
    while (left > 0) {
      const { stop, done } = this.#step(left)
      left -= done
      this.state.setU64(state.units, this.units + BigInt(done))
      if (this.#stopRequested) {
        this.#stopRequested = false
        return { stop: this.#arrival(stopsAt) ?? { kind: 'requested' }, left }
      }
      if (stop) return { stop, left }
    }
    return { stop: this.#arrival(stopsAt) ?? { kind: 'budget' }, left: 0 }
  }

  #arrival(stopsAt: ReadonlySet<bigint>): CpuStop | null {
    if (stopsAt.size === 0) return null
    const linear = this.linearRip
    const isBegun = linear === this.state.u64(state.begun)
    return stopsAt.has(linear) && !isBegun ? { kind: 'address', linear } : null
  }

  /** A function of a module that was built for this CPU's memory: a region. */
  instantiate(bytes: Uint8Array<ArrayBuffer>, name: string): (budget: number) => number {
    const exports = instantiate<Record<string, unknown>>(new WebAssembly.Module(bytes), {
      memory: this.#memory,
    })
    return exports[name] as (budget: number) => number
  }

  /** Also by devices, in the middle of an instruction: the next is fetched through what is there now. */
  flushTlb(): void {
    this.#core.flushTlb(0)
    const view = this.#view
    if (view.getInt32(state.interruption, true) === 0) {
      view.setInt32(state.interruption, interruption.codeChanged, true)
    }
  }

  /** The core is left behind the instruction that is under way: something is to be delivered. */
  #leaveForTrap(isHit: boolean): void {
    if (isHit) this.#view.setInt32(state.interruption, interruption.stop, true)
  }

  /** One delivery, or one run of the core. */
  #step(left: number): { readonly stop: CpuStop | null; readonly done: number } {
    const { careful } = this.events
    if (careful || this.#view.getInt32(state.activity, true) !== activity.running) {
      const boundary = this.events.before()
      if (boundary === 'wait') return { stop: { kind: 'halted' }, done: 0 }
      if (boundary !== 'go') return this.#delivered(boundary)
    }
    const slice = careful ? 1 : Math.min(left, maxSlice)
    this.#view.setInt32(state.slice, slice, true)
    this.#view.setInt32(state.budget, slice, true)
    this.#view.setInt32(state.delivers, careful || this.stopsAtExceptions ? 0 : 1, true)
    this.#view.setInt32(state.resumed, 0, true)
    this.#view.setInt32(state.deferred, 0, true)
    this.#view.setInt32(state.unseenShadow, 0, true)
    const midway = this.#view.getInt32(state.midway, true)
    this.#view.setInt32(state.midway, 0, true)
    const end = this.#core[interpreterOf(this.#mode)](slice)
    const done = this.#sliceDone()
    this.#showShadow()
    if (done === 0) this.#view.setInt32(state.midway, midway, true)
    this.#view.setInt32(state.slice, 0, true)
    this.#view.setInt32(state.budget, 0, true)
    if (careful && done > 0) this.events.after()
    const { stop, units } = this.#next(end, done < left)
    return { stop, done: done + units }
  }

  /** The core was left right behind the instruction that has begun a shadow. */
  #showShadow(): void {
    const shadow = this.#view.getInt32(state.unseenShadow, true)
    const isThere = this.#view.getInt32(state.unseenAt, true) === this.#view.getInt32(state.budget, true)
    if (shadow !== 0 && isThere) this.#view.setInt32(state.shadow, shadow, true)
  }

  #next(end: number, hasMore: boolean): { readonly stop: CpuStop | null; readonly units: number } {
    switch (end) {
      case runEnd.decode:
        return hasMore ? this.#decode() : { stop: null, units: 0 }
      case runEnd.fault:
        return this.#fault(this.#view.getInt32(state.delivers, true) === 1)
      case runEnd.newTaskFault:
        // One unit with the switch, which has been counted.
        return { stop: this.#fault().stop, units: 0 }
      case runEnd.halt:
        this.#view.setInt32(state.activity, activity.halted, true)
        return { stop: null, units: 0 }
      case runEnd.address:
        return { stop: { kind: 'address', linear: this.linearRip }, units: 0 }
      case runEnd.absent:
        return { stop: { kind: 'absent' }, units: 0 }
      default:
        return { stop: null, units: 0 }
    }
  }

  #decode() {
    const mode = this.#mode
    const { rip } = this.state
    const base = this.state.u64(state.codeBase)
    const limit = this.state.u32(state.segmentLimits + 4 * segment.cs)
    const room = mode === 'long64' ? Number.POSITIVE_INFINITY : limit - Number(rip) + 1
    const linear = mode === 'long64' ? rip : BigInt.asUintN(32, rip + base)
    const entered = room > 0 ? this.#cache.enter({ mode, linear, room }) : 'pastLimit'
    if (entered === 'entered') return { stop: null, units: 0 }
    if (entered === 'pastLimit') this.#setFault(vector.generalProtection)
    return this.#fault()
  }

  /** Delivers the exception that the state describes, raised at RIP. `tried`: the core could not. */
  #fault(tried = false): { readonly stop: CpuStop | null; readonly units: number } {
    const number = this.#view.getInt32(state.faultVector, true)
    const code = this.#view.getInt32(state.faultCode, true)
    if (this.stopsAtExceptions) return { stop: { kind: 'exception', vector: number, code }, units: 0 }
    if (!tried && !this.events.hasFailedInterrupt && this.#core.deliverFault() !== 0) {
      this.#view.setInt32(state.midway, 0, true)
      this.#view.setBigInt64(state.begun, noneBegun, true)
      this.onEvent()
      return { stop: null, units: 1 }
    }
    const { stop, done } = this.#delivered(this.events.fault(number, code))
    return { stop, units: done }
  }

  #delivered(how: 'delivered' | 'tripleFault'): { readonly stop: CpuStop | null; readonly done: number } {
    this.#view.setBigInt64(state.begun, noneBegun, true)
    this.onEvent()
    this.#core.refresh()
    return { stop: how === 'delivered' ? null : { kind: 'tripleFault', chain: this.events.chain }, done: 1 }
  }

  get #mode(): Mode {
    return modes[this.#view.getInt32(state.codeMode, true)] ?? 'seg16'
  }

  #setFault(number: number, code = 0): void {
    this.#view.setInt32(state.faultVector, number, true)
    this.#view.setInt32(state.faultCode, code, true)
  }

  #sliceDone(): number {
    return this.#view.getInt32(state.slice, true) - this.#view.getInt32(state.budget, true)
  }

  #imports(ports: PortSpace): Readonly<Record<string, unknown>> {
    let dispatch: SystemDispatch | null = null
    return {
      memory: this.#memory,
      portRead: (port: number, size: number) => {
        this.#leaveForTrap(notePortAccess(this.state, port, size))
        return ports.read(port, size)
      },
      portWrite: (port: number, size: number, value: number) => {
        this.#leaveForTrap(notePortAccess(this.state, port, size))
        ports.write(port, size, value >>> 0)
      },
      portAllowed: (port: number, size: number) => this.#portAllowed(port, size),
      busRead: (low: number, high: number, size: number) => {
        this.onChipAccess()
        return this.memory.readChip(address(low, high), size)
      },
      busWrite: (low: number, high: number, size: number, value: number) => {
        this.onChipAccess()
        this.memory.writeChip(address(low, high), size, value >>> 0)
      },
      breakpoint: (low: number, high: number, bytes: number, isWrite: number) => {
        const linear = (BigInt(high) << 32n) | BigInt(low >>> 0)
        this.#leaveForTrap(noteDataAccess(this.state, linear, bytes, isWrite !== 0))
      },
      codeWritten: (at: number, bytes: number) => (this.#cache.noteWrite(at, bytes) ? 1 : 0),
      delivered: () => this.onEvent(),
      pause: () => this.onPause(),
      transcendental,
      numericError: () => this.onNumericError(),
      codeContext: (mode: number, base: number, limit: number) => {
        return this.#cache.contextOf(modes[mode] ?? 'seg16', BigInt(base >>> 0), limit >>> 0)
      },
      system: (uop: number) => {
        dispatch ??= this.#dispatch()
        this.onSystemInstruction()
        return dispatch.run(uop)
      },
    }
  }

  #dispatch(): SystemDispatch {
    const effectiveAddress = this.#core.effectiveAddress
    const operation = new Operation(this.state, this.#processor.memory, effectiveAddress)
    const settle = () => {
      const now = this.#core.refresh()
      return this.events.careful ? derived.otherInterpreter : now
    }
    return new SystemDispatch(this.#processor, operation, systemInstructions, settle)
  }

  /** 1, or 0 with the fault in the state. */
  #portAllowed(port: number, bytes: number): number {
    try {
      portAllowed(this.#processor, port, bytes)
      return 1
    } catch (fault) {
      if (!(fault instanceof GuestFault)) throw fault
      this.#setFault(fault.vector, fault.code)
      return 0
    }
  }
}

const address = (low: number, high: number) => (high >>> 0) * 2 ** 32 + (low >>> 0)
