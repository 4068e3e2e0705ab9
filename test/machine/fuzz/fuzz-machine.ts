import type { Chip } from '../../../src/machine/bus/chip.ts'
import { PhysicalMemory } from '../../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../../src/machine/bus/port-space.ts'
import { resetState } from '../../../src/machine/cpu/control/reset.ts'
import type { Compiled } from '../../../src/machine/cpu/core-instance.ts'
import { Cpu, type CpuStop } from '../../../src/machine/cpu/cpu.ts'
import {
  dirtyPages,
  pageBytes,
  ramBase,
  rights,
  segment,
  state,
} from '../../../src/machine/cpu/state-layout.ts'
import { modelFeatures } from '../../../src/machine/cpu/table/features.ts'
import { setFloatState } from '../../oracle/our-cpu.ts'
import { at, chipAt, gdtEntries, port, ramBytes, selector } from './layout.ts'
import type { Program, Programs, Signal } from './program.ts'

/** All that a run may end as. `exit`: the guest wrote to the port. */
export const endings = ['budget', 'halted', 'exit', 'tripleFault'] as const
export type Ending = (typeof endings)[number]

export interface Result {
  readonly ending: Ending
  readonly units: number
  /** Of everything that is left, in two halves. */
  readonly hash: readonly [low: number, high: number]
}

/** Where a run is; `done` counts towards the budget and the signals. */
export interface Progress {
  done: number
  signals: number
  ending: Ending | null
}

/** What a machine can be put back to. */
export interface Saved {
  readonly cpu: Uint8Array
  readonly device: number
  readonly pages: readonly (readonly [page: number, bytes: Uint8Array])[]
}

const pages = ramBytes / pageBytes
const blank = new Uint8Array(pageBytes)
const romBytes = 0x1_0000

/** The reset vector jumps to the code in real mode; the rest is a pattern. */
function rom(): Uint8Array {
  const bytes = Uint8Array.from({ length: romBytes }, (_, index) => Math.imul(index, 0x9e37_79b1) >>> 24)
  bytes.set([0xea, 0, 0, at.code >> 4, at.code >> 12], romBytes - 16)
  return bytes
}

/** A processor with a memory, and one device behind all ports and two ranges of addresses. */
export class FuzzMachine {
  readonly cpu: Cpu
  readonly dirty: Uint8Array
  #device = 0
  #exited = false
  readonly #loaded = new Uint8Array(pages)

  constructor(core?: Compiled) {
    const ports = new PortSpace()
    const memory = new PhysicalMemory(ramBytes, { image: rom(), hasShadow: true })
    this.cpu = new Cpu(memory, ports, modelFeatures, core)
    this.dirty = new Uint8Array(this.cpu.ram.buffer, dirtyPages, pages)
    ports.attach(
      { first: 0, count: 0x1_0000, width: 4 },
      this.#chip((offset, value) => this.#portWritten(offset, value)),
    )
    memory.attach(chipAt.low, chipAt.bytes, this.#chip())
    memory.attach(chipAt.high, chipAt.bytes, this.#chip())
  }

  /** RAM and registers as the program begins with them. `programs` has just made it. */
  load(program: Program, programs: Programs): void {
    const { memory, state: cpu } = this.cpu
    cpu.setU32(state.a20, 1)
    for (let page = 0; page < pages; page++) {
      const from = page * pageBytes
      if (programs.touched[page] === 1) memory.write(from, programs.ram.subarray(from, from + pageBytes))
      else if (this.dirty[page] === 1 || this.#loaded[page] === 1) memory.write(from, blank)
    }
    this.#loaded.set(programs.touched)
    this.dirty.fill(0)
    this.#device = program.number | 0
    this.#exited = false
    this.#setRegisters(program)
    this.cpu.settle()
  }

  /** Runs on, at most for `units`. */
  advance(program: Program, progress: Progress, units: number): void {
    for (let left = units; left > 0 && progress.ending === null; ) {
      const next = program.signals[progress.signals]
      if (next && next.unit <= progress.done) {
        this.#signal(next)
        progress.signals++
        continue
      }
      const target = next ? Math.min(next.unit, program.budget) : program.budget
      const slice = Math.min(left, target - progress.done)
      const run = this.cpu.run(slice)
      progress.done += slice - run.left
      left -= slice - run.left
      progress.ending = this.#ending(run.stop, program, progress)
    }
  }

  run(program: Program): Progress {
    const progress: Progress = { done: 0, signals: 0, ending: null }
    this.advance(program, progress, Number.POSITIVE_INFINITY)
    return progress
  }

  result({ ending, done }: Progress): Result {
    if (ending === null) throw new Error('The run has not ended')
    return { ending, units: done, hash: this.#hash(endings.indexOf(ending)) }
  }

  save(): Saved {
    const saved: (readonly [number, Uint8Array])[] = []
    for (let page = 0; page < pages; page++) {
      if (this.dirty[page] !== 1) continue
      saved.push([page, this.cpu.ram.slice(page * pageBytes, (page + 1) * pageBytes)])
    }
    return { cpu: this.cpu.save(), device: this.#device, pages: saved }
  }

  /** On a machine that has the same program loaded. */
  restore({ cpu, device, pages: saved }: Saved): void {
    this.cpu.state.setU32(state.a20, 1)
    for (const [page, bytes] of saved) this.cpu.memory.write(page * pageBytes, bytes)
    this.cpu.load(cpu)
    this.#device = device
  }

  #ending(stop: CpuStop, { budget, signals }: Program, progress: Progress): Ending | null {
    switch (stop.kind) {
      case 'requested':
        return this.#exited ? 'exit' : null
      case 'halted': {
        const next = signals[progress.signals]
        if (!next) return 'halted'
        // Time passes.
        progress.done = Math.max(progress.done, next.unit)
        return null
      }
      case 'budget':
        return progress.done >= budget ? 'budget' : null
      case 'tripleFault':
        return stop.kind
      default:
        throw new Error(`a run ended as ${stop.kind}`)
    }
  }

  #signal({ kind }: Signal): void {
    const { events } = this.cpu
    if (kind === 'nmi') events.nmi()
    else if (kind === 'init') events.init()
    else if (kind === 'sipi') events.sipi(at.code >> 12)
    else events.setInterruptLine((this.cpu.state.u32(state.pending) & 1) === 0)
  }

  #chip(written: (offset: number, value: number) => void = () => {}): Chip {
    return {
      read: (offset, size) => {
        this.#device = (Math.imul(this.#device, 0x9e37_79b1) + offset) | 0
        return (this.#device >>> 4) % 2 ** (8 * size)
      },
      write: (offset, _size, value) => {
        this.#device = (Math.imul(this.#device ^ value, 0x85eb_ca6b) + offset) | 0
        written(offset, value)
      },
    }
  }

  #portWritten(offset: number, value: number): void {
    if (offset === port.systemControl) {
      this.cpu.state.setU32(state.a20, (value >> 1) & 1)
      this.cpu.flushTlb()
    }
    if (offset !== port.exit) return
    this.#exited = true
    this.cpu.requestStop()
  }

  #setRegisters(program: Program): void {
    const { state: cpu } = this.cpu
    const { mode, cr3 } = program
    cpu.setU64(state.units, 0n)
    cpu.setU64(state.randomSeed, BigInt(program.number))
    cpu.setU32(state.pending, 0)
    resetState(cpu, 'power')
    cpu.setU32(state.optionalFeatures, program.features)
    program.registers.forEach((value, number) => {
      cpu.setGeneral(number, value)
    })
    for (let number = segment.es; number <= segment.gs; number++) cpu.setSegment(number, mode.data)
    cpu.setSegment(segment.cs, mode.cs)
    cpu.setSegment(segment.ss, mode.stack)
    if (mode.kind !== 'real') {
      const task = {
        selector: selector.task,
        base: BigInt(at.tss),
        limit: 0xff,
        rights: rights.present | 0xb,
      }
      cpu.setSegment(segment.tr, task)
      const local = { selector: selector.ldt, base: BigInt(at.ldt), limit: 0x7f, rights: rights.present | 2 }
      cpu.setSegment(segment.ldtr, local)
      cpu.setU64(state.gdtBase, BigInt(at.gdt))
      cpu.setU32(state.gdtLimit, 8 * gdtEntries - 1)
      cpu.setU64(state.idtBase, BigInt(at.idt))
      cpu.setU32(state.idtLimit, 0xfff)
    }
    cpu.setU64(state.cr0, BigInt(program.cr0))
    cpu.setU64(state.cr3, BigInt(cr3))
    cpu.setU64(state.cr4, BigInt(program.cr4))
    cpu.setU64(state.efer, BigInt(program.efer))
    if (program.paging === 'pae') {
      cpu.setU64(state.pdptes, BigInt(at.directory) | 1n)
      cpu.setU64(state.pdptes + 24, BigInt(at.directory) | 1n)
    }
    this.#setFastCalls()
    cpu.cpl = mode.cpl
    cpu.rip = program.rip
    cpu.flags = program.flags
    cpu.setU64(state.xcr0, BigInt(program.xcr0))
    setFloatState(this.cpu, program.float)
  }

  /** SYSCALL, SYSRET, SYSENTER and SYSEXIT lead to the code again. */
  #setFastCalls(): void {
    const { state: cpu } = this.cpu
    const target = BigInt(at.code)
    cpu.setU64(state.star, (BigInt(selector.userCode32 - 0) << 48n) | (BigInt(selector.code32) << 32n))
    for (const where of [state.lstar, state.cstar, state.sysenterEip]) cpu.setU64(where, target)
    cpu.setU64(state.fmask, 0x4700n)
    cpu.setU64(state.sysenterCs, BigInt(selector.code32))
    cpu.setU64(state.sysenterEsp, BigInt(at.stack0))
  }

  #hash(ending: number): readonly [number, number] {
    const mixer = new Mixer()
    mixer.word(ending)
    mixer.word(this.#device)
    const saved = this.cpu.save()
    mixer.words(new Uint32Array(saved.buffer, saved.byteOffset, saved.length / 4))
    for (let page = this.dirty.indexOf(1); page >= 0; page = this.dirty.indexOf(1, page + 1)) {
      mixer.word(page)
      mixer.words(new Uint32Array(this.cpu.ram.buffer, ramBase + page * pageBytes, pageBytes / 4))
    }
    return mixer.halves
  }
}

/** Two hashes of 32 bits with different multipliers, a word at a time. */
class Mixer {
  #low = 0x811c_9dc5
  #high = 0x1234_5678

  get halves(): readonly [number, number] {
    return [this.#low >>> 0, this.#high >>> 0]
  }

  word(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x0100_0193)
    this.#low ^= this.#low >>> 15
    this.#high = Math.imul(this.#high, 0x9e37_79b1) + value
    this.#high ^= this.#high >>> 13
  }

  words(values: Uint32Array): void {
    let [low, high] = [this.#low, this.#high]
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0
      low = Math.imul(low ^ value, 0x0100_0193)
      low ^= low >>> 15
      high = Math.imul(high, 0x9e37_79b1) + value
      high ^= high >>> 13
    }
    this.#low = low
    this.#high = high
  }
}
