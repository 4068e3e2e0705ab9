import { xcr0Bit } from '../../../src/machine/cpu/control/model.ts'
import type { Bits } from '../../../src/machine/cpu/decode/decoder.ts'
import { cr0Bit, cr4Bit, eferBit, flagBit } from '../../../src/machine/cpu/register-bits.ts'
import { optionalFeature } from '../../../src/machine/cpu/table/features.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import { contentFor, type FloatState, floatStateFor } from '../../oracle/float-state.ts'
import { Random } from '../../oracle/random.ts'
import { CodeWriter } from './code-writer.ts'
import { Encodings } from './encodings.ts'
import { writeGadget } from './gadgets.ts'
import { at, base16, codeBytes, dataBytes, ramBytes } from './layout.ts'
import { type Mode, type ModeName, modes } from './modes.ts'
import {
  handlerAt,
  type Memory,
  type Paging,
  randomEntry,
  writeDescriptors,
  writeGates,
  writePaging,
  writeTasks,
  writeVectors,
} from './tables.ts'

/** What reaches the processor from outside when so many units are done. */
export interface Signal {
  readonly unit: number
  readonly kind: 'nmi' | 'interrupt' | 'init' | 'sipi'
}

/** A guest, and what happens to it; its RAM is in {@link Programs.ram}. */
export interface Program {
  readonly number: number
  readonly source: 'table' | 'random' | 'hot'
  readonly name: ModeName
  readonly mode: Mode
  readonly paging: Paging
  readonly budget: number
  readonly signals: readonly Signal[]
  readonly features: number
  readonly registers: readonly bigint[]
  readonly rip: bigint
  readonly flags: number
  readonly cr0: number
  readonly cr3: number
  readonly cr4: number
  readonly efer: number
  readonly xcr0: number
  readonly float: FloatState
}

const pageBytes = 4096
const modeNames = Object.keys(modes) as ModeName[]
const nop = 0x90
/** Rows that make state of x87 and of SSE worth having. */
const bothUnits = rows.filter(({ facts }) => facts.fpu === 'sse-mmx')

/** Makes programs from their numbers, always the same ones for a seed. One at a time: they share a buffer. */
export class Programs {
  /** What RAM holds when the program begins, as far as `touched` says, a byte each page. */
  readonly ram = new Uint8Array(ramBytes)
  readonly touched = new Uint8Array(ramBytes / pageBytes)
  readonly #seed: string
  readonly #memory: Memory
  readonly #encodings: Readonly<Record<Bits, Encodings>>

  constructor(seed: string) {
    this.#seed = seed
    this.#memory = {
      bytes: this.ram,
      view: new DataView(this.ram.buffer),
      touch: (where) => {
        this.touched[where >> 12] = 1
      },
    }
    this.#encodings = { 16: new Encodings(16), 32: new Encodings(32), 64: new Encodings(64) }
  }

  make(number: number): Program {
    this.#clear()
    const random = new Random(`${this.#seed} ${number}`)
    // Half of all have random bytes for code.
    const source = number % 2 === 1 ? 'random' : random.oneIn(16) ? 'hot' : 'table'
    const name = random.pick(modeNames)
    const mode: Mode = modes[name]
    const paging = random.pick(mode.pagings)
    const cr3 = cr3Of(paging)
    const isLong = mode.kind === 'long'
    if (mode.kind === 'real') writeVectors(this.#memory, random)
    else {
      writeDescriptors(this.#memory, random)
      writeGates(this.#memory, random, isLong)
      writeTasks(this.#memory, isLong, cr3)
      writePaging(this.#memory, random, paging, mode.cpl === 3 || random.oneIn(4))
    }
    this.#writeHandlers(random, isLong)
    this.#writeData(random)
    this.#writeCode(random, source, mode.bits, paging)
    return {
      ...{ number, source, name, mode, paging, cr3 },
      ...budgetAndSignals(random, source),
      ...controlRegisters(random, mode, paging),
      features: paging === 'level5' ? optionalFeature.la57 | optionalFeature.pku : random.below(4),
      registers: generalRegisters(random, mode),
      rip: BigInt(mode.bits === 16 ? at.code - base16 : at.code),
      flags: flagsOf(random, mode),
      xcr0: random.oneIn(2) ? xcr0Bit.x87 | xcr0Bit.sse : xcr0Bit.x87,
      float: floatStateFor(random.pick(bothUnits), `${this.#seed} ${number}`),
    }
  }

  #clear(): void {
    for (let page = this.touched.indexOf(1); page >= 0; page = this.touched.indexOf(1, page + 1)) {
      this.ram.fill(0, page * pageBytes, (page + 1) * pageBytes)
      this.touched[page] = 0
    }
  }

  /** They skip what faulted, go back to it for ever, stop or are garbage. */
  #writeHandlers(random: Random, isLong: boolean): void {
    this.#memory.touch(at.handlers)
    const kind = random.below(16)
    const skip = 1 + random.below(8)
    const wide = isLong ? [0x48] : []
    const plain = kind === 0 ? [] : [...wide, 0x83, 0x04, 0x24, skip]
    const end = kind === 1 ? [0xf4] : [...wide, 0xcf]
    const pop = [...wide, 0x83, 0xc4, isLong ? 8 : 4]
    this.ram.set([...plain, ...end], at.handlers + handlerAt.plain)
    this.ram.set([...pop, ...plain, ...end], at.handlers + handlerAt.coded)
    // push bp; mov bp, sp; add word [bp+2], skip; pop bp; iret
    const paragraphs = [
      0x55,
      0x89,
      0xe5,
      0x83,
      0x46,
      2,
      kind === 0 ? 0 : skip,
      0x5d,
      kind === 1 ? 0xf4 : 0xcf,
    ]
    this.ram.set(paragraphs, at.handlers + handlerAt.real)
    if (kind === 2) this.ram.set(random.bytes(0x100), at.handlers)
  }

  #writeData(random: Random): void {
    this.#memory.touch(at.data)
    this.#memory.touch(at.data + pageBytes)
    const words = new Uint32Array(this.ram.buffer, at.data, pageBytes / 4)
    for (let index = 0; index < 0x100; index++) words[random.below(words.length)] = random.word()
    for (let index = 0; index < 8; index++) {
      const numbers = contentFor(random.pick(bothUnits), random, 64)
      this.ram.set(numbers, at.data + 64 * random.below(pageBytes / 64))
    }
  }

  #writeCode(random: Random, source: Program['source'], bits: Bits, paging: Paging): void {
    const bytes = this.ram.subarray(at.code, at.code + codeBytes)
    const size = 48 + random.below(random.oneIn(16) ? 2000 : 100)
    for (let page = 0; page <= size >> 12; page++) this.#memory.touch(at.code + page * pageBytes)
    if (source === 'random') {
      for (let index = 0; index < size; index++) bytes[index] = random.word()
      return
    }
    const code = new CodeWriter(size + 64)
    const entry = () => randomEntry(random, paging)
    const choice = source === 'hot' ? 'hot' : 'all'
    const gadgets = random.pick([3, 6, 12])
    while (code.at < size) {
      if (source === 'table' && random.oneIn(gadgets)) writeGadget({ code, bits, random, entry })
      else this.#encodings[bits].write(code, random, choice)
      if (random.oneIn(16)) code.put(nop)
    }
    code.put(0xe9)
    code.number(-(code.at + (bits === 16 ? 2 : 4)), bits === 16 ? 2 : 4)
    bytes.set(code.bytes.subarray(0, code.at))
  }
}

function cr3Of(paging: Paging): number {
  const tops = { off: 0, legacy: at.legacyDirectory, pae: at.pdptes, level4: at.pml4, level5: at.pml5 }
  return tops[paging]
}

/** Enough for a few rounds; plain loops go on, and some programs of each kind run long. */
function budgetAndSignals(random: Random, source: Program['source']): Pick<Program, 'budget' | 'signals'> {
  const long = random.oneIn(256)
  const some = random.oneIn(8) ? 100 + random.below(300) : 20 + random.below(50)
  const usual = long ? 5000 + random.below(15_000) : some
  const budget = source === 'hot' ? 5000 + random.below(long ? 400_000 : 30_000) : usual
  if (!random.oneIn(6)) return { budget, signals: [] }
  const kinds = ['nmi', 'interrupt', 'interrupt', 'interrupt', 'init', 'sipi'] as const
  const signals = Array.from({ length: 1 + random.below(3) }, () => ({
    unit: random.below(Math.min(budget, 80)),
    kind: random.pick(kinds),
  }))
  return { budget, signals: signals.sort((one, other) => one.unit - other.unit) }
}

const extraCr0 = [cr0Bit.mp, cr0Bit.ne, cr0Bit.wp, cr0Bit.wp, cr0Bit.am, cr0Bit.cd] as const
const extraCr4 = [
  ...[cr4Bit.vme, cr4Bit.pvi, cr4Bit.tsd, cr4Bit.de, cr4Bit.mce, cr4Bit.pge, cr4Bit.pce],
  ...[cr4Bit.osxmmexcpt, cr4Bit.umip, cr4Bit.fsgsbase, cr4Bit.smep, cr4Bit.smap],
] as const

function some(random: Random, bits: readonly number[]): number {
  return bits.reduce((sum, bit) => (random.oneIn(3) ? sum | bit : sum), 0) >>> 0
}

function controlRegisters(random: Random, { kind }: Mode, paging: Paging) {
  const isLong = kind === 'long'
  const mode = kind === 'real' ? 0 : cr0Bit.pe
  const paged = paging === 'off' ? 0 : cr0Bit.pg
  const rare = random.oneIn(8) ? random.pick([cr0Bit.em, cr0Bit.ts]) : 0
  const floating = random.oneIn(8) ? 0 : cr4Bit.osfxsr | cr4Bit.osxsave
  const pagingCr4 = {
    off: 0,
    legacy: cr4Bit.pse,
    pae: cr4Bit.pae,
    level4: cr4Bit.pae | (random.oneIn(4) ? cr4Bit.pcide : 0),
    level5: cr4Bit.pae | cr4Bit.la57 | cr4Bit.pke,
  }
  const nxe = random.oneIn(2) ? eferBit.nxe : 0
  return {
    cr0: (cr0Bit.et | mode | paged | rare | some(random, extraCr0)) >>> 0,
    cr4: (pagingCr4[paging] | floating | some(random, extraCr4)) >>> 0,
    efer: (isLong ? eferBit.lme | eferBit.lma : 0) | nxe | (random.oneIn(2) ? eferBit.sce : 0),
  }
}

function generalRegisters(random: Random, { bits, cpl }: Mode): readonly bigint[] {
  const base = bits === 16 ? base16 : 0
  const registers = Array.from({ length: 16 }, () => {
    const kind = random.below(8)
    if (kind < 5) return BigInt(at.data + random.below(dataBytes) - base)
    if (kind === 5) return BigInt(random.below(64))
    return kind === 6 ? random.value() : BigInt(at.code + random.below(512) - base)
  })
  registers[4] = BigInt((cpl === 3 ? at.stack3 : at.stack0) - base - 256)
  return bits === 64 ? registers : registers.map((value) => BigInt.asUintN(32, value))
}

function flagsOf(random: Random, { kind }: Mode): number {
  const usual = 2 | (random.word() & (0x8d5 | flagBit.interrupt | flagBit.ioplMask))
  const rare = random.oneIn(8) ? random.word() & (flagBit.trap | flagBit.direction | flagBit.nestedTask) : 0
  const checks = random.oneIn(8) ? flagBit.alignmentCheck : 0
  return usual | rare | checks | (kind === 'virtual' ? flagBit.virtual8086 : 0)
}
