import type { PortSpace } from '../bus/port-space.ts'
import { CodeCache } from './code-cache.ts'
import { buildCore, type Core, type Mode } from './interpreter/core.ts'
import { importModule } from './interpreter/imports.ts'
import { interruption, runEnd } from './interpreter/status.ts'
import { type RegisterFile, readRegisterFile, writeRegisterFile } from './register-file.ts'
import { codeMaps, codeTlb, dataTlb, pageBytes, ramBase, state } from './state-layout.ts'
import { SystemInstructions } from './system.ts'

interface Exports {
  readonly flat32: (budget: number) => number
  readonly long64: (budget: number) => number
  readonly translateFetch: (linear: bigint) => bigint
  readonly resolve: (linear: bigint, bytes: number, access: number, slot: number) => number
  readonly selectBank: () => void
  readonly disarmAll: () => void
}

export type CpuStop =
  | { readonly kind: 'budget' | 'halted' | 'requested' }
  /** Exceptions are not delivered yet: the run ends before the instruction that raises one. */
  | { readonly kind: 'exception'; readonly vector: number; readonly code: number }
  /** The instruction at RIP is not in the table yet. */
  | { readonly kind: 'absent' }

interface Compiled {
  readonly core: Core
  readonly module: WebAssembly.Module
}

/** Engines optimise a function only between two calls of it. */
const maxSlice = 4_000_000

let compiled: Compiled | null = null

/** The core, generated and compiled once a process. */
function compiledCore(): Compiled {
  if (!compiled) {
    const core = buildCore()
    compiled = { core, module: new WebAssembly.Module(core.bytes) }
  }
  return compiled
}

/** One processor and the RAM that it shares a memory with. */
export class Cpu {
  readonly ram: Uint8Array
  readonly #memory: WebAssembly.Memory
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #view: DataView
  readonly #exports: Exports
  readonly #cache: CodeCache
  #stopRequested = false

  /** `ramBytes` is a multiple of 64 KiB. */
  constructor(ramBytes: number, ports: PortSpace) {
    const { core, module } = compiledCore()
    const memory = new WebAssembly.Memory({ initial: (ramBase + ramBytes) / 65536 })
    this.#memory = memory
    this.#bytes = new Uint8Array(memory.buffer)
    this.#view = new DataView(memory.buffer)
    this.ram = this.#bytes.subarray(ramBase)
    this.#cache = new CodeCache(this.#bytes, core)
    this.#cache.onFirstCode = () => this.#exports.disarmAll()
    const system = new SystemInstructions(this.#view, {
      flushTlb: () => this.flushTlb(),
      peekable: (linear) => {
        const at = this.#exports.resolve(BigInt(linear), 8, 0, 0)
        return at < 0 ? null : at
      },
    })
    const imports = {
      memory,
      portRead: (port: number, size: number) => ports.read(port, size),
      portWrite: (port: number, size: number, value: number) => ports.write(port, size, value >>> 0),
      busRead: () => -1,
      busWrite: () => {},
      codeWritten: (page: number) => this.#cache.drop(page),
      system: (uop: number) => system.run(uop),
    }
    const instance = new WebAssembly.Instance(module, { [importModule]: imports })
    this.#exports = instance.exports as unknown as Exports
    this.#view.setBigUint64(state.ramBytes, BigInt(ramBytes), true)
    this.#view.setBigUint64(state.onePage, BigInt(pageBytes), true)
    this.flushTlb()
  }

  get registers(): RegisterFile {
    return readRegisterFile(this.#view)
  }

  /** CR2: what the last page fault was about. */
  get faultAddress(): bigint {
    return this.#view.getBigUint64(state.cr2, true)
  }

  /** Whoever sets registers has changed what the TLB stands for: it is flushed. */
  set registers(file: RegisterFile) {
    writeRegisterFile(this.#view, file)
    this.flushTlb()
  }

  /** Ends the run behind the instruction that is under way: called by a device. */
  requestStop(): void {
    this.#stopRequested = true
    this.#view.setInt32(state.interruption, interruption.stop, true)
  }

  /** Writes to RAM from outside: decoded code is forgotten. */
  poke(address: number, bytes: Uint8Array): void {
    this.ram.set(bytes, address)
    for (let page = address >>> 12; page * pageBytes < address + bytes.length; page++) this.#cache.drop(page)
  }

  /** Runs exactly `budget` units, unless something ends the run before. Answers why, and what is left. */
  run(budget: number): { readonly stop: CpuStop; readonly left: number } {
    let left = budget
    while (left > 0) {
      const slice = Math.min(left, maxSlice)
      const end = this.#exports[this.#mode](slice)
      left -= slice - this.#view.getInt32(state.budget, true)
      if (this.#stopRequested) {
        this.#stopRequested = false
        return { stop: { kind: 'requested' }, left }
      }
      const stop = end === runEnd.decode ? this.#decode() : this.#stopOf(end)
      if (stop) return { stop, left }
    }
    return { stop: { kind: 'budget' }, left: 0 }
  }

  /** A function of a module that was built for this CPU's memory: a region. */
  instantiate(bytes: Uint8Array<ArrayBuffer>, name: string): (budget: number) => number {
    const module = new WebAssembly.Module(bytes)
    const { exports } = new WebAssembly.Instance(module, { [importModule]: { memory: this.#memory } })
    return exports[name] as (budget: number) => number
  }

  flushTlb(): void {
    this.#bytes.fill(0, dataTlb.entries, dataTlb.entries + dataTlb.count * dataTlb.entryBytes)
    this.#exports.disarmAll()
    this.#exports.selectBank()
    for (let index = 0; index < codeTlb.count; index++) {
      const entry = codeTlb.entries + codeTlb.entryBytes * index
      this.#view.setInt32(entry, 1, true)
      this.#view.setInt32(entry + 4, 0, true)
      this.#view.setInt32(entry + codeTlb.map, codeMaps.at, true)
    }
  }

  get #mode(): Mode {
    return this.#view.getInt32(state.long, true) ? 'long64' : 'flat32'
  }

  #decode(): CpuStop | null {
    const rip = this.#view.getBigUint64(state.rip, true)
    const entered = this.#cache.enter(this.#mode, rip, (linear) => {
      const page = this.#exports.translateFetch(linear)
      return page === -1n ? null : Number(page >> 12n)
    })
    return entered ? null : this.#exception()
  }

  #stopOf(end: number): CpuStop | null {
    if (end === runEnd.halt) return { kind: 'halted' }
    if (end === runEnd.absent) return { kind: 'absent' }
    if (end === runEnd.fault) return this.#exception()
    return null
  }

  #exception(): CpuStop {
    const vector = this.#view.getInt32(state.faultVector, true)
    return { kind: 'exception', vector, code: this.#view.getInt32(state.faultCode, true) }
  }
}
