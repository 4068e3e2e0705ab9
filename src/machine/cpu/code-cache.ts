import { invariant } from '../../support/invariant.ts'
import { type Bits, Decoder } from './decode/decoder.ts'
import type { Instruction } from './decode/instruction.ts'
import type { Core, Mode } from './interpreter/core.ts'
import { pseudo } from './interpreter/interpreter.ts'
import { isPlainAddress, microOp, writeMicroOp } from './micro-op.ts'
import { codeMaps, codeTlb, granules, microOps, pageBytes, ramBase, state } from './state-layout.ts'

const bitsOf: Readonly<Record<Mode, Bits>> = { flat32: 32, long64: 64 }
const maxLength = 15
/** Instructions decoded at once; what follows may be data. */
const maxRun = 64
const jumpsAlways = new Set(['JMP', 'JMPF', 'RET', 'HLT'])

/** Answers the physical page of a linear address, or null when fetching faults. */
export type TranslateFetch = (linear: bigint) => number | null

/**
 * Decoded code: per physical page and mode a map from offsets to micro-ops, which stand in runs behind each
 * other. Decoding ahead has no side effect: it stays inside of the page.
 */
export class CodeCache {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #core: Core
  readonly #decoders = { flat32: new Decoder(bitsOf.flat32), long64: new Decoder(bitsOf.long64) }
  /** Code maps by physical page and mode. */
  readonly #maps = new Map<string, number>()
  readonly #byPage = new Map<number, number[]>()
  readonly #scratch = new Uint8Array(2 * maxLength)
  #mapsUsed = 1
  #end: number = microOps.at

  constructor(memory: Uint8Array<ArrayBuffer>, core: Core) {
    this.#bytes = memory
    this.#view = new DataView(memory.buffer)
    this.#core = core
  }

  /**
   * Decodes at RIP and makes it the entry of the next run. False when fetching faults, which the state then
   * describes.
   */
  enter(mode: Mode, rip: bigint, translate: TranslateFetch): boolean {
    const page = translate(rip)
    if (page === null) return false
    const offset = Number(rip & 0xfffn)
    const map = this.#mapOf(mode, page, rip)
    this.#view.setBigUint64(state.page, rip & ~0xfffn, true)
    if (this.#view.getInt32(map + 4 * offset, true) !== 0) return true
    if (this.#end + (maxRun + 2) * microOp.bytes > microOps.end) {
      this.flush()
      return this.enter(mode, rip, translate)
    }
    const from = ramBase + page * pageBytes
    const first = this.#decoders[mode].decode(this.#bytes, from + offset, from + pageBytes)
    if (first.verdict !== 'incomplete') {
      this.#decodeRun(mode, page, map, offset)
      return true
    }
    return this.#enterCrossing(mode, page, rip, translate)
  }

  /** Forgets what was decoded from a physical page. */
  drop(page: number): void {
    for (const map of this.#byPage.get(page) ?? []) this.#bytes.fill(0, map, map + codeMaps.bytes)
    this.#view.setBigUint64(granules + 8 * page, 0n, true)
  }

  flush(): void {
    for (const page of this.#byPage.keys()) this.drop(page)
    this.#maps.clear()
    this.#byPage.clear()
    this.#mapsUsed = 1
    this.#end = microOps.at
    for (let index = 0; index < codeTlb.count; index++) {
      this.#view.setInt32(codeTlb.entries + codeTlb.entryBytes * index + codeTlb.map, codeMaps.at, true)
    }
  }

  /** The code map of a page, hooked into the instruction TLB. */
  #mapOf(mode: Mode, page: number, rip: bigint): number {
    const key = `${mode} ${page}`
    let map = this.#maps.get(key)
    if (map === undefined) {
      if (this.#mapsUsed === codeMaps.count) this.flush()
      map = codeMaps.at + codeMaps.bytes * this.#mapsUsed++
      this.#maps.set(key, map)
      this.#byPage.set(page, [...(this.#byPage.get(page) ?? []), map])
    }
    const entry = codeTlb.entries + codeTlb.entryBytes * (Number((rip >> 12n) & 0xffn) % codeTlb.count)
    this.#view.setInt32(entry + codeTlb.map, map, true)
    return map
  }

  #decodeRun(mode: Mode, page: number, map: number, start: number): void {
    const from = ramBase + page * pageBytes
    let offset = start
    for (let count = 0; count < maxRun && offset < pageBytes; count++) {
      const known = this.#view.getInt32(map + 4 * offset, true)
      if (known !== 0) {
        this.#append(pseudo.follow, offset, known)
        return
      }
      const instruction = this.#decoders[mode].decode(this.#bytes, from + offset, from + pageBytes)
      // Only the first has to be there: what cannot be decoded further on may never run.
      if (count > 0 && instruction.verdict !== 'valid') break
      this.#view.setInt32(map + 4 * offset, this.#end, true)
      this.#mark(page, offset, instruction.length)
      this.#write(mode, instruction, offset)
      offset += instruction.length
      if (jumpsAlways.has(instruction.row?.mnemonic ?? 'JMP')) break
    }
    this.#append(pseudo.lookUp, offset, 0)
  }

  /** An instruction over two pages is decoded each time it runs: it depends on both. */
  #enterCrossing(mode: Mode, page: number, rip: bigint, translate: TranslateFetch): boolean {
    const offset = Number(rip & 0xfffn)
    const here = pageBytes - offset
    const first = ramBase + page * pageBytes
    this.#scratch.fill(0)
    this.#scratch.set(this.#bytes.subarray(first + offset, first + pageBytes))
    const next = translate(
      mode === 'long64' ? BigInt.asUintN(64, rip + BigInt(here)) : (rip + BigInt(here)) & 0xffff_ffffn,
    )
    if (next === null) return false
    const second = ramBase + next * pageBytes
    this.#scratch.set(this.#bytes.subarray(second, second + maxLength), here)
    const instruction = this.#decoders[mode].decode(this.#scratch, 0, here + maxLength)
    this.#view.setInt32(state.entry, this.#end, true)
    this.#write(mode, instruction, offset)
    this.#append(pseudo.lookUp, offset + instruction.length, 0)
    // No map leads there: the next decoding may write over it.
    this.#end -= 2 * microOp.bytes
    return true
  }

  #write(mode: Mode, instruction: Instruction, offset: number): void {
    writeMicroOp(this.#view, this.#end, instruction, offset, this.#handlersOf(mode, instruction))
    this.#end += microOp.bytes
  }

  #handlersOf(mode: Mode, instruction: Instruction) {
    const { verdict, row } = instruction
    if (verdict !== 'valid') {
      invariant(verdict !== 'incomplete', 'an instruction of two pages has all its bytes')
      return { fast: 0, slow: this.#core.failures[verdict] }
    }
    invariant(row, 'a valid instruction has a row')
    const isMemory = instruction.isMemory && row.modrm
    const choice = {
      operandBytes: instruction.operandBytes,
      isMemory: isMemory || row.operands.some((kind) => kind[0] === 'O'),
      condition: row.condition ? instruction.opcode & 15 : 0,
      repeat: instruction.repeat,
    }
    const handlers = this.#core.handlersOf(mode, row, choice)
    const isPlain = row.facts.repeat || row.operands[0]?.[0] === 'X' ? isPlainString : isPlainAddress
    return isPlain(instruction, mode === 'long64') ? handlers : { fast: 0, slow: handlers.slow }
  }

  #append(handler: number, offset: number, link: number): void {
    this.#bytes.fill(0, this.#end, this.#end + microOp.bytes)
    this.#view.setUint16(this.#end + microOp.handler, handler, true)
    this.#view.setUint16(this.#end + microOp.at, offset, true)
    this.#view.setInt32(this.#end + microOp.link, link, true)
    this.#end += microOp.bytes
  }

  /** Notes which granules hold code; the first one of a page disarms the write TLB. */
  #mark(page: number, offset: number, length: number): void {
    const at = granules + 8 * page
    const before = this.#view.getBigUint64(at, true)
    const bits =
      (1n << BigInt(offset >> 6)) | (1n << BigInt(Math.min(offset + length - 1, pageBytes - 1) >> 6))
    this.#view.setBigUint64(at, before | bits, true)
    if (before === 0n) this.onFirstCode(page)
  }

  /** Called when code is decoded from a page that held none. */
  onFirstCode: (page: number) => void = () => {}
}

/** Implied addresses are plain unless FS, GS or an address size prefix changes them. */
function isPlainString(instruction: Instruction, long: boolean): boolean {
  return instruction.segment < 4 && instruction.addressBytes === (long ? 8 : 4)
}
