import { resetState } from '../control/reset.ts'
import { cr4Bit, flagBit } from '../register-bits.ts'
import { activity, pending, rights, segment, shadow, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault, NewTaskFault } from '../system/guest-fault.ts'
import type { EventControl, Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  addPending,
  debugBit,
  hasInstructionBreakpoints,
  instructionHits,
  recordDebug,
} from './debug-registers.ts'
import { deliver } from './deliver.ts'
import { type DeliveredEvent, type EventKind, isSoftware } from './delivered-event.ts'
import { DeliveryTrail } from './delivery-trail.ts'
import { combine } from './double-fault.ts'
import { externalBit, factsOf, hasSelectorCode } from './exceptions.ts'

/** One event on the way to a triple fault, with the step of its delivery that failed. */
export interface FaultStep {
  readonly vector: number
  readonly errorCode: number | null
  readonly rip: bigint
  readonly cr2: bigint | null
  readonly failedStep: string | null
}

type Delivered = 'delivered' | 'tripleFault'

/** INTR without an interrupt controller: the data bus floats. */
const floatingVector = 0xff
const sipiShift = 8
const careFlags = flagBit.trap | flagBit.resume
const virtualInterrupt = flagBit.virtualInterrupt | flagBit.virtualInterruptPending

/**
 * Interrupts and exceptions: what happens between two instructions, and what becomes of a fault. `before` and
 * `after` go around each instruction while `careful` is true; else nothing is to be done between two.
 */
export class EventUnit implements EventControl {
  /** Answers the interrupt vector when the processor accepts INTR. */
  acknowledge: () => number = () => floatingVector
  readonly #processor: Processor
  readonly #state: CpuState
  readonly #trail = new DeliveryTrail()
  #chain: FaultStep[] = []
  /** A software interrupt that failed, until its fault is delivered. */
  #failedInterrupt: FaultStep | null = null
  /** TF, RF and shadow as the instruction at hand began. */
  #isStepped = false
  #isResumed = false
  #shadow = 0
  #keepsResume = false

  constructor(processor: Processor) {
    this.#processor = processor
    this.#state = processor.state
  }

  /** Of the last event that was delivered with trouble: all that went wrong, first to last. */
  get chain(): readonly FaultStep[] {
    return this.#chain
  }

  /** Whether `before` has something to say at the next instruction boundaries. */
  get careful(): boolean {
    const cpu = this.#state
    if (cpu.u32(state.systemFlags) & careFlags) return true
    if (this.#hasVirtualInterrupt()) return true
    if (cpu.u32(state.shadow) !== 0 || cpu.u32(state.pendingDebug) !== 0) return true
    return (cpu.u32(state.pending) !== 0 && this.#hasDeliverable()) || hasInstructionBreakpoints(cpu)
  }

  /** The fault at hand was raised by a software interrupt, and has to be told so. */
  get hasFailedInterrupt(): boolean {
    return this.#failedInterrupt !== null
  }

  setInterruptLine(level: boolean): void {
    this.#setPending(pending.interrupt, level)
  }

  nmi(): void {
    this.#setPending(pending.nmi, true)
  }

  init(): void {
    this.#setPending(pending.init, true)
  }

  /** `page`: of the code to begin with. Lost on a processor that does not wait for it. */
  sipi(page: number): void {
    if (this.#state.u32(state.activity) !== activity.waitForSipi) return
    this.#state.setU32(state.pending, this.#state.u32(state.pending) | pending.sipi | (page << sipiShift))
  }

  /**
   * At an instruction boundary, in the order of SDM volume 3, table 6-2. `wait`: halted, and nothing wakes
   * it. After `go`, which changes nothing, exactly one instruction runs, then `after`.
   */
  before(): 'go' | 'wait' | Delivered {
    const cpu = this.#state
    const waiting = cpu.u32(state.pending)
    if (waiting & pending.init) return this.#initialise()
    const doing = cpu.u32(state.activity)
    if (doing === activity.waitForSipi)
      return waiting & pending.sipi ? this.#start(waiting >>> sipiShift) : 'wait'
    if (doing === activity.shutdown && !this.#hasNmi()) return 'wait'
    const held = cpu.u32(state.shadow)
    const debug = cpu.u32(state.pendingDebug)
    if (debug !== 0 && held !== shadow.movSs) {
      this.#resumeMidway()
      return this.#debug(debug)
    }
    if (held === 0) {
      if (this.#hasNmi()) return this.#acceptNmi()
      if (this.#hasInterrupt()) return this.#external(this.acknowledge())
    }
    if (doing !== activity.running) return 'wait'
    if (this.#hasVirtualInterrupt()) return this.fault(vector.generalProtection, 0)
    const isResumed = (cpu.u32(state.systemFlags) & flagBit.resume) !== 0
    const hits =
      isResumed || this.#isMidway || held === shadow.movSs ? 0 : instructionHits(cpu, this.#linearRip())
    if (hits !== 0) return this.#debug(hits)
    this.#isStepped = (cpu.u32(state.systemFlags) & flagBit.trap) !== 0
    this.#isResumed = isResumed
    this.#shadow = held
    this.#keepsResume = false
    return 'go'
  }

  /**
   * Behind an instruction that `before` let go and that did not fault, or behind an iteration of it: RF stays
   * until the last.
   */
  after(): void {
    const cpu = this.#state
    if (this.#shadow !== 0 && cpu.u32(state.shadow) === this.#shadow) cpu.setU32(state.shadow, 0)
    if (this.#isResumed && !this.#keepsResume && !this.#isMidway) this.#clearResume()
    if (this.#isStepped) addPending(cpu, debugBit.singleStep)
  }

  keepResume(): void {
    this.#keepsResume = true
    this.#state.setU32(state.resumed, 0)
  }

  stepByNewFlags(): void {
    const cpu = this.#state
    this.#isStepped = false
    if (cpu.u32(state.systemFlags) & flagBit.trap) addPending(cpu, debugBit.singleStep)
  }

  taskSwitched(): void {
    this.keepResume()
    this.#isStepped = false
  }

  /** Delivers the exception that the instruction at RIP raised, which has changed nothing. */
  fault(number: number, code: number): Delivered {
    const cpu = this.#state
    this.#chain = this.#failedInterrupt ? [this.#failedInterrupt] : []
    this.#failedInterrupt = null
    cpu.setU32(state.pendingDebug, 0)
    if (number === vector.debug) recordDebug(cpu, 0)
    return this.#deliver(this.#exception(number, code))
  }

  softwareInterrupt(number: number, kind: EventKind, next: bigint): void {
    const cpu = this.#state
    const event = { vector: number, kind, errorCode: null, cr2: null, returnTo: next }
    this.#clearResume()
    // Its own step is lost with TF; data breakpoints that MOV SS holds back wait for the handler.
    this.#isStepped = false
    cpu.setU32(state.pendingDebug, cpu.u32(state.pendingDebug) & debugBit.breakpoints)
    try {
      deliver(this.#processor, event, this.#trail)
    } catch (fault) {
      if (!(fault instanceof GuestFault)) throw fault
      this.#failedInterrupt = this.#record(event, this.#trail.toString())
      cpu.setU32(state.delivers, 0)
      throw this.#withExternal(event, fault)
    }
  }

  #hasDeliverable(): boolean {
    const urgent = pending.init | pending.sipi
    return (this.#state.u32(state.pending) & urgent) !== 0 || this.#hasNmi() || this.#hasInterrupt()
  }

  #hasNmi(): boolean {
    const cpu = this.#state
    return (cpu.u32(state.pending) & pending.nmi) !== 0 && cpu.u32(state.nmiBlocked) === 0
  }

  #hasInterrupt(): boolean {
    const cpu = this.#state
    const isOpen = (cpu.u32(state.systemFlags) & flagBit.interrupt) !== 0
    return isOpen && (cpu.u32(state.pending) & pending.interrupt) !== 0
  }

  /** VIF and VIP at once: for the monitor (SDM volume 3, 20.3.2; volume 1, 3.4.3.3). */
  #hasVirtualInterrupt(): boolean {
    const cpu = this.#state
    if ((cpu.u32(state.systemFlags) & virtualInterrupt) !== virtualInterrupt || cpu.iopl === 3) return false
    return cpu.isVirtual8086
      ? (cpu.cr4 & cr4Bit.vme) !== 0
      : cpu.isProtected && cpu.cpl === 3 && (cpu.cr4 & cr4Bit.pvi) !== 0
  }

  #setPending(bit: number, value: boolean): void {
    const before = this.#state.u32(state.pending)
    this.#state.setU32(state.pending, value ? before | bit : before & ~bit)
  }

  #setResume(): void {
    const cpu = this.#state
    cpu.setU32(state.systemFlags, cpu.u32(state.systemFlags) | flagBit.resume)
  }

  /**
   * What comes between two iterations of a repeated instruction finds RF set, so that the instruction is not
   * broken into again (SDM volume 3, 17.3.1.1).
   */
  #resumeMidway(): void {
    if (this.#isMidway) this.#setResume()
  }

  get #isMidway(): boolean {
    return this.#state.u32(state.midway) !== 0
  }

  #clearResume(): void {
    const cpu = this.#state
    cpu.setU32(state.systemFlags, cpu.u32(state.systemFlags) & ~flagBit.resume)
  }

  #initialise(): Delivered {
    this.#state.setU32(state.pending, 0)
    resetState(this.#state, 'init')
    this.#processor.tlb.flush(false)
    return 'delivered'
  }

  /** SIPI: real mode, at the beginning of the page (SDM volume 3, 8.4.3). */
  #start(page: number): Delivered {
    const cpu = this.#state
    this.#setPending(pending.sipi | (0xff << sipiShift), false)
    cpu.setParagraph(segment.cs, page << 8)
    cpu.rip = 0n
    cpu.setU32(state.activity, activity.running)
    return 'delivered'
  }

  #acceptNmi(): Delivered {
    this.#setPending(pending.nmi, false)
    this.#state.setU32(state.nmiBlocked, 1)
    return this.#external(vector.nmi)
  }

  #external(number: number): Delivered {
    this.#chain = []
    const returnTo = this.#state.rip
    this.#resumeMidway()
    return this.#deliver({ vector: number, kind: 'external', errorCode: null, cr2: null, returnTo })
  }

  /** A trap, or an instruction breakpoint: RF on the stack is what it was. */
  #debug(bits: number): Delivered {
    this.#chain = []
    recordDebug(this.#state, bits)
    this.#state.setU32(state.pendingDebug, 0)
    return this.#deliver({
      vector: vector.debug,
      kind: 'exception',
      errorCode: null,
      cr2: null,
      returnTo: this.#state.rip,
    })
  }

  /** With RF set for faults, so that the instruction is not broken into again (SDM volume 3, 17.3.1.1). */
  #exception(number: number, code: number): DeliveredEvent {
    const cpu = this.#state
    const { kind, hasErrorCode } = factsOf(number)
    if (kind === 'fault' || kind === 'either') this.#setResume()
    const errorCode = hasErrorCode && cpu.isProtected ? code : null
    const cr2 = number === vector.pageFault ? cpu.u64(state.cr2) : null
    return { vector: number, kind: 'exception', errorCode, cr2, returnTo: cpu.rip }
  }

  #deliver(first: DeliveredEvent): Delivered {
    const cpu = this.#state
    cpu.setU32(state.activity, activity.running)
    cpu.setU32(state.shadow, 0)
    cpu.setU32(state.midway, 0)
    this.#isStepped = false
    for (let event = first; ; ) {
      try {
        deliver(this.#processor, event, this.#trail)
        return 'delivered'
      } catch (raised) {
        if (!(raised instanceof GuestFault)) throw raised
        const next = this.#afterFailure(event, this.#withExternal(event, raised))
        if (!next) return 'tripleFault'
        event = next
      }
    }
  }

  /** What is delivered instead, or null once the processor has shut down. */
  #afterFailure(event: DeliveredEvent, fault: GuestFault): DeliveredEvent | null {
    // Pushes that came to nothing have hit no breakpoint.
    this.#state.setU32(state.pendingDebug, 0)
    this.#chain.push(this.#record(event, this.#trail.toString()))
    const second = this.#exception(fault.vector, fault.code)
    const outcome = combine(event.kind === 'exception' ? event.vector : vector.nmi, fault.vector)
    if (outcome === 'second') return second
    this.#chain.push(this.#record(second, null))
    if (outcome === 'doubleFault') return this.#exception(vector.doubleFault, 0)
    this.#state.setU32(state.activity, activity.shutdown)
    return null
  }

  /** EXT, where the event did not come from the program itself (SDM volume 3, 6.13). */
  #withExternal(event: DeliveredEvent, fault: GuestFault): GuestFault {
    if (isSoftware(event) || !hasSelectorCode(fault.vector)) return fault
    const code = fault.code | externalBit
    return fault instanceof NewTaskFault
      ? new NewTaskFault(fault.vector, code)
      : new GuestFault(fault.vector, code)
  }

  #record({ vector: number, errorCode, cr2 }: DeliveredEvent, failedStep: string | null): FaultStep {
    return { vector: number, errorCode, rip: this.#state.rip, cr2, failedStep }
  }

  #linearRip(): bigint {
    const cpu = this.#state
    const is64Bit = cpu.isLongMode && (cpu.u32(state.segmentRights + 4 * segment.cs) & rights.long) !== 0
    return is64Bit ? cpu.rip : BigInt.asUintN(32, cpu.rip + cpu.u64(state.segmentBases + 8 * segment.cs))
  }
}
