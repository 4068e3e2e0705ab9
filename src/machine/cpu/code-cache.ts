import { invariant } from '../../support/invariant.ts'
import { CodeCoverage } from './code-coverage.ts'
import { type Bits, Decoder } from './decode/decoder.ts'
import type { Instruction } from './decode/instruction.ts'
import { type HandlerTable, interpreterOf, type Mode } from './interpreter/handler-numbers.ts'
import { pseudo } from './interpreter/pseudo-handlers.ts'
import { microOp } from './micro-op.ts'
import { layoutOf } from './row-layout.ts'
import {
  codeContexts,
  codeMapHints,
  codeMaps,
  codeTlb,
  granules,
  microOps,
  pageBytes,
  ramBase,
  state,
} from './state-layout.ts'
import type { Feature } from './table/features.ts'
import { isPlainAddress, writeMicroOp } from './write-micro-op.ts'

const bitsOf: Readonly<Record<Mode, Bits>> = { flat32: 32, long64: 64, seg16: 16, seg32: 32 }
const maxLength = 15
const pageShift = 12
/** Instructions decoded at once; what follows may be data. */
const maxRun = 64
const jumpsAlways = new Set(['JMP', 'JMPF', 'RET', 'RETF', 'IRET', 'HLT'])
const fixedContexts = { flat32: 0, long64: 1 } as const
const maxContexts = 4096
/** Overwritten instructions of a code map until the whole page is forgotten: it is no code any more. */
const maxVacated = 16

/** Where code comes from. */
export interface FetchPort {
  /** The physical page of a linear address, or null when fetching faults as the state then says. */
  translate(linear: bigint): number | null
  /** The page of our memory behind a physical page, or -1: there is a device, or nothing. */
  frameOf(page: number): number
  /** A byte where no frame is. */
  readByte(physical: number): number
}

/** What to decode. `room`: bytes from `linear` to the end of CS, at least 1. */
export interface FetchPoint {
  readonly mode: Mode
  readonly linear: bigint
  readonly room: number
}

export type Entered = 'entered' | 'fault' | 'pastLimit'

/** What was decoded from a frame. */
interface FrameCode {
  readonly maps: number[]
  /** Made by the first write that may have hit code: most frames see none. */
  coverage: CodeCoverage | null
}

/**
 * Decoded code: per frame, mode, base and limit of CS a map from offsets to micro-ops, which stand in runs
 * behind each other. Decoding ahead has no side effect: it stays inside of the page.
 */
export class CodeCache {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #words: Int32Array
  readonly #handlers: HandlerTable
  readonly #port: FetchPort
  readonly #features: ReadonlySet<Feature>
  /** Made when they are first needed: most guests use one or two. */
  readonly #decoders = new Map<Bits, Decoder>()
  /** Code maps by context and frame. */
  readonly #maps = new Map<string, number>()
  readonly #byFrame = new Map<number, FrameCode>()
  /** Micro-ops of overwritten instructions by code map and offset: they look up what is there now. */
  readonly #vacated = new Map<number, Map<number, number>>()
  readonly #contexts = new Map<string, number>()
  readonly #scratch = new Uint8Array(maxLength)
  #mapsUsed = 1
  #end: number = microOps.at
  #stops: ReadonlySet<bigint> = new Set()
  readonly #stopsByOffset = new Map<number, bigint[]>()

  constructor(
    memory: Uint8Array<ArrayBuffer>,
    handlers: HandlerTable,
    port: FetchPort,
    features: ReadonlySet<Feature>,
  ) {
    this.#features = features
    this.#bytes = memory
    this.#view = new DataView(memory.buffer)
    this.#words = new Int32Array(memory.buffer)
    this.#handlers = handlers
    this.#port = port
  }

  /**
   * A number for everything that decoded code depends on besides its bytes, to become the one in use: numbers
   * given before may mean something else from now on.
   */
  contextOf(mode: Mode, codeBase: bigint, codeLimit: number): number {
    if (mode === 'flat32' || mode === 'long64') return fixedContexts[mode]
    const key = `${mode} ${codeBase} ${codeLimit}`
    let context = this.#contexts.get(key)
    if (context === undefined) {
      if (this.#contexts.size === maxContexts) {
        this.flush()
        this.#contexts.clear()
        const { at, count, entryBytes } = codeContexts
        this.#bytes.fill(0, at, at + count * entryBytes)
      }
      context = 2 + this.#contexts.size
      this.#contexts.set(key, context)
    }
    return context
  }

  /** From now on code is decoded so that a run ends in front of instructions at these linear addresses. */
  stopAt(addresses: ReadonlySet<bigint>): void {
    const before = this.#stops
    if (addresses === before) return
    this.#stops = addresses
    if (addresses.size === before.size && [...addresses].every((one) => before.has(one))) return
    this.flush()
    this.#stopsByOffset.clear()
    for (const linear of addresses) {
      const offset = Number(linear & 0xfffn)
      this.#stopsByOffset.set(offset, [...(this.#stopsByOffset.get(offset) ?? []), linear])
    }
  }

  /** Decodes at RIP and makes it the entry of the next run. */
  enter(point: FetchPoint): Entered {
    const mostAtOnce = maxRun + 2 + this.#stops.size
    if (this.#end + mostAtOnce * microOp.bytes > microOps.end) this.flush()
    const { mode, linear, room } = point
    const page = this.#port.translate(linear)
    if (page === null) return 'fault'
    const offset = Number(linear & 0xfffn)
    this.#view.setBigUint64(state.page, linear & ~0xfffn, true)
    const frame = this.#port.frameOf(page)
    if (frame < 0 || room < pageBytes - offset) return this.#enterAlone(point, page, offset)
    const map = this.#mapOf(frame, linear)
    if (this.#view.getInt32(map + 4 * offset, true) !== 0) return 'entered'
    const from = ramBase + frame * pageBytes
    const first = this.#decoderOf(bitsOf[mode]).decode(this.#bytes, from + offset, from + pageBytes)
    if (first.verdict === 'incomplete') return this.#enterAlone(point, page, offset)
    if (!this.#decodeAgain(mode, frame, map, offset)) this.#decodeRun(mode, frame, map, offset)
    return 'entered'
  }

  /** Whether something is decoded from a frame. */
  hasCode(frame: number): boolean {
    const at = granules + 8 * frame
    return (this.#view.getInt32(at, true) | this.#view.getInt32(at + 4, true)) !== 0
  }

  /** Forgets what was decoded from a frame. */
  drop(frame: number): void {
    const code = this.#byFrame.get(frame)
    for (const map of code?.maps ?? []) {
      this.#bytes.fill(0, map, map + codeMaps.bytes)
      this.#vacated.delete(map)
    }
    code?.coverage?.clear()
    this.#view.setBigUint64(granules + 8 * frame, 0n, true)
  }

  /**
   * A write to RAM, in one page: forgets the instructions that it overwrites, and says so, where there are
   * some. `at` has 32 bits, as the core's numbers have a sign. Programs that wait for a variable beside their
   * code come here all the time, and those that patch their code between two calls of it.
   */
  noteWrite(at: number, bytes: number): boolean {
    const frame = at >>> pageShift
    const code = this.#byFrame.get(frame)
    if (code === undefined) return false
    const first = at & (pageBytes - 1)
    const end = first + bytes
    code.coverage ??= this.#coverageOf(code.maps)
    if (!code.coverage.hasAny(first, end)) return false
    for (const map of code.maps) {
      const vacated = this.#vacate(map, code.coverage, first, end)
      if (vacated <= maxVacated) continue
      this.drop(frame)
      return true
    }
    this.#unmark(frame, code.coverage, first, end)
    return true
  }

  #coverageOf(maps: readonly number[]): CodeCoverage {
    const coverage = new CodeCoverage()
    for (const map of maps) {
      for (let offset = 0; offset < pageBytes; offset++) {
        const at = this.#words[map / 4 + offset] ?? 0
        if (at !== 0) coverage.add(offset, this.#lengthAt(at))
      }
    }
    return coverage
  }

  /**
   * Takes the instructions of a code map that have bytes from `first` to before `end` out of it, and answers
   * how many are missing now. Branches and the micro-op in front still lead to theirs, which becomes a look
   * up; all else that it holds stays, as it may be the one that runs.
   */
  #vacate(map: number, coverage: CodeCoverage, first: number, end: number): number {
    const words = this.#words
    const before = first < maxLength ? 0 : first - maxLength + 1
    for (let offset = before; offset < end; offset++) {
      const at = words[map / 4 + offset] ?? 0
      if (at === 0) continue
      const length = this.#lengthAt(at)
      if (offset + length <= first) continue
      words[map / 4 + offset] = 0
      coverage.remove(offset, length)
      this.#view.setUint16(at + microOp.handler, pseudo.lookUp, true)
      this.#view.setUint8(at + microOp.length, length)
      const vacated = this.#vacated.get(map) ?? new Map<number, number>()
      this.#vacated.set(map, vacated.set(offset, at))
    }
    return this.#vacated.get(map)?.size ?? 0
  }

  /** Of the instruction whose micro-op stands there, behind stops. */
  #lengthAt(at: number): number {
    const isStop = this.#view.getUint16(at + microOp.handler, true) === pseudo.stop
    return isStop ? this.#lengthAt(at + microOp.bytes) : this.#view.getUint8(at + microOp.length)
  }

  /** Forgets all code; contexts go on to mean what they mean. */
  flush(): void {
    for (const frame of this.#byFrame.keys()) this.drop(frame)
    this.#maps.clear()
    this.#byFrame.clear()
    this.#mapsUsed = 1
    this.#end = microOps.at
    const { at, count, entryBytes } = codeMapHints
    this.#bytes.fill(0, at, at + count * entryBytes)
    this.unhook()
  }

  /** The instruction TLB keeps its translations, and leads to no code until it is entered again. */
  unhook(): void {
    for (let index = 0; index < codeTlb.count; index++) {
      this.#view.setInt32(codeTlb.entries + codeTlb.entryBytes * index + codeTlb.context, -1, true)
    }
  }

  /** The code map of a frame, hooked into the instruction TLB. */
  #mapOf(frame: number, linear: bigint): number {
    const context = this.#view.getInt32(state.codeContext, true)
    const key = `${context} ${frame}`
    let map = this.#maps.get(key)
    if (map === undefined) {
      if (this.#mapsUsed === codeMaps.count) this.flush()
      map = codeMaps.at + codeMaps.bytes * this.#mapsUsed++
      this.#maps.set(key, map)
      const code = this.#byFrame.get(frame)
      if (code) code.maps.push(map)
      else this.#byFrame.set(frame, { maps: [map], coverage: null })
    }
    const entry = codeTlb.entries + codeTlb.entryBytes * (Number((linear >> 12n) & 0xffn) % codeTlb.count)
    this.#view.setInt32(entry + codeTlb.map, map, true)
    this.#view.setInt32(entry + codeTlb.context, context, true)
    this.#noteMap(frame, context, map)
    return map
  }

  /** The core finds it there by itself (interpreter/find-code.ts). */
  #noteMap(frame: number, context: number, map: number): void {
    const { count, entryBytes } = codeMapHints
    const at = codeMapHints.at + entryBytes * ((frame + 61 * context) & (count - 1))
    this.#view.setInt32(at + codeMapHints.frame, frame, true)
    this.#view.setInt32(at + codeMapHints.context, context, true)
    this.#view.setInt32(at + codeMapHints.map, map, true)
  }

  /**
   * Decodes an instruction that was overwritten, and those behind it that were, to where the old ones stand:
   * what is around them goes on leading there. An instruction of another length moves all that follow.
   * Answers whether the instruction at `start` is there now.
   */
  #decodeAgain(mode: Mode, frame: number, map: number, start: number): boolean {
    const vacated = this.#vacated.get(map)
    const from = ramBase + frame * pageBytes
    let offset = start
    for (let at = vacated?.get(offset); at !== undefined; at = vacated?.get(offset)) {
      const instruction = this.#decoderOf(bitsOf[mode]).decode(this.#bytes, from + offset, from + pageBytes)
      if (instruction.length !== this.#view.getUint8(at + microOp.length)) {
        if (offset === start) this.drop(frame)
        break
      }
      if (offset > start && instruction.verdict !== 'valid') break
      vacated?.delete(offset)
      const end = this.#end
      this.#end = at
      this.#place(mode, frame, map, instruction, offset)
      this.#end = end
      offset += instruction.length
    }
    return offset > start
  }

  #decodeRun(mode: Mode, frame: number, map: number, start: number): void {
    const from = ramBase + frame * pageBytes
    let offset = start
    for (let count = 0; count < maxRun && offset < pageBytes; count++) {
      const known = this.#view.getInt32(map + 4 * offset, true)
      if (known !== 0) {
        this.#append(pseudo.follow, offset, known)
        return
      }
      if (this.#vacated.get(map)?.has(offset)) break
      const instruction = this.#decoderOf(bitsOf[mode]).decode(this.#bytes, from + offset, from + pageBytes)
      // Only the first has to be there: what cannot be decoded further on may never run.
      if (count > 0 && instruction.verdict !== 'valid') break
      this.#place(mode, frame, map, instruction, offset)
      offset += instruction.length
      if (jumpsAlways.has(instruction.row?.mnemonic ?? 'JMP')) break
    }
    this.#append(pseudo.lookUp, offset, 0)
  }

  /** Writes an instruction's micro-op, and notes where it is. */
  #place(mode: Mode, frame: number, map: number, instruction: Instruction, offset: number): void {
    this.#view.setInt32(map + 4 * offset, this.#end, true)
    this.#mark(frame, offset, instruction.length)
    this.#appendStops(offset)
    this.#write(mode, instruction, offset)
  }

  /**
   * An instruction over two pages, beside the limit of CS or outside of RAM is decoded each time it runs.
   * What is missing faults only where the instruction needs it: first the limit, then the second page.
   */
  #enterAlone({ mode, linear, room }: FetchPoint, page: number, offset: number): Entered {
    const decoder = this.#decoderOf(bitsOf[mode])
    const here = Math.min(maxLength, pageBytes - offset, room)
    this.#copy(page, offset, here, 0)
    let instruction = decoder.decode(this.#scratch, 0, here)
    if (instruction.verdict === 'incomplete') {
      if (here === room) return 'pastLimit'
      const mask = mode === 'long64' ? 64 : 32
      const next = this.#port.translate(BigInt.asUintN(mask, linear + BigInt(here)))
      if (next === null) return 'fault'
      const more = Math.min(maxLength, room) - here
      this.#copy(next, 0, more, here)
      instruction = decoder.decode(this.#scratch, 0, here + more)
      if (instruction.verdict === 'incomplete') return 'pastLimit'
    }
    const end = this.#end
    this.#view.setInt32(state.entry, end, true)
    this.#appendStops(offset)
    this.#write(mode, instruction, offset)
    this.#append(pseudo.lookUp, offset + instruction.length, 0)
    // No map leads there: the next decoding may write over it.
    this.#end = end
    return 'entered'
  }

  #decoderOf(bits: Bits): Decoder {
    const decoder = this.#decoders.get(bits) ?? new Decoder(bits, this.#features)
    this.#decoders.set(bits, decoder)
    return decoder
  }

  #copy(page: number, offset: number, count: number, to: number): void {
    const frame = this.#port.frameOf(page)
    const from = ramBase + frame * pageBytes + offset
    if (frame >= 0) this.#scratch.set(this.#bytes.subarray(from, from + count), to)
    for (let index = 0; frame < 0 && index < count; index++) {
      this.#scratch[to + index] = this.#port.readByte(page * pageBytes + offset + index)
    }
  }

  #write(mode: Mode, instruction: Instruction, offset: number): void {
    const isSegmented = interpreterOf(mode) === 'segmented'
    writeMicroOp(this.#view, this.#end, instruction, offset, this.#handlersOf(mode, instruction), isSegmented)
    this.#end += microOp.bytes
  }

  #handlersOf(mode: Mode, instruction: Instruction) {
    const { verdict, row } = instruction
    if (verdict !== 'valid') {
      invariant(verdict !== 'incomplete', 'an instruction of two pages has all its bytes')
      return { fast: 0, slow: this.#handlers.numbers.failures[verdict] }
    }
    invariant(row, 'a valid instruction has a row')
    const isMemory = instruction.isMemory && row.modrm
    const choice = {
      operandBytes: instruction.operandBytes,
      isMemory: isMemory || layoutOf(row).isAbsolute,
      condition: row.condition ? instruction.opcode & 15 : 0,
      repeat: instruction.repeat,
    }
    const handlers = this.#handlers.of(mode, row, choice)
    return this.#isPlain(mode, instruction) ? handlers : { fast: 0, slow: handlers.slow }
  }

  #isPlain(mode: Mode, instruction: Instruction): boolean {
    if (mode === 'seg16' || mode === 'seg32') return true
    // The limits of FS and GS are not known to be flat.
    if (mode === 'flat32' && instruction.segment >= 4) return false
    const { isString } = layoutOf(instruction.row)
    return (isString ? isPlainString : isPlainAddress)(instruction, mode === 'long64')
  }

  /** For each stop at this offset of any page: a frame's code is shared by all its addresses. */
  #appendStops(offset: number): void {
    for (const linear of this.#stopsByOffset.get(offset) ?? []) {
      const at = this.#end
      this.#append(pseudo.stop, offset, 0)
      this.#view.setBigUint64(at + microOp.immediate, linear, true)
    }
  }

  #append(handler: number, offset: number, link: number): void {
    this.#bytes.fill(0, this.#end, this.#end + microOp.bytes)
    this.#view.setUint16(this.#end + microOp.handler, handler, true)
    this.#view.setUint16(this.#end + microOp.at, offset, true)
    this.#view.setInt32(this.#end + microOp.link, link, true)
    this.#end += microOp.bytes
  }

  /** Notes which granules hold code; the first one of a frame disarms the write TLB. */
  #mark(frame: number, offset: number, length: number): void {
    const at = granules + 8 * frame
    this.#byFrame.get(frame)?.coverage?.add(offset, length)
    const isFirst = this.#view.getInt32(at, true) === 0 && this.#view.getInt32(at + 4, true) === 0
    this.#markGranule(at, offset >> 6)
    this.#markGranule(at, Math.min(offset + length - 1, pageBytes - 1) >> 6)
    if (isFirst) this.onFirstCode(frame)
  }

  /** Of the granules from `first` to before `end`, and their neighbours, those without code. */
  #unmark(frame: number, coverage: CodeCoverage, first: number, end: number): void {
    const last = Math.min(end + maxLength, pageBytes) - 1
    for (let granule = Math.max(first - maxLength, 0) >> 6; granule <= last >> 6; granule++) {
      if (coverage.hasAny(granule << 6, (granule + 1) << 6)) continue
      const at = granules + 8 * frame + (granule >> 5) * 4
      this.#view.setInt32(at, this.#view.getInt32(at, true) & ~(1 << (granule & 31)), true)
    }
  }

  #markGranule(frameAt: number, granule: number): void {
    const at = frameAt + (granule >> 5) * 4
    this.#view.setInt32(at, this.#view.getInt32(at, true) | (1 << (granule & 31)), true)
  }

  /** Called when code is decoded from a frame that held none. */
  onFirstCode: (frame: number) => void = () => {}
}

/** Implied addresses are plain unless FS, GS or an address size prefix changes them. */
function isPlainString(instruction: Instruction, long: boolean): boolean {
  return instruction.segment < 4 && instruction.addressBytes === (long ? 8 : 4)
}
