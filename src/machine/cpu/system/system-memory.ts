import { accessBit, resolved } from '../access.ts'
import { pageBytes, placeCount, ramBase, state } from '../state-layout.ts'
import { GuestFault } from './guest-fault.ts'

/** What the core offers to TypeScript. */
export interface MemoryExports {
  readonly resolve: (linear: bigint, bytes: number, access: number, slot: number) => number
  readonly readFar: (slot: number, bytes: number) => bigint
  readonly writeFar: (slot: number, bytes: number, value: bigint) => void
  /** 8 bytes at a physical address that is a multiple of 8. */
  readonly readPhysical64: (address: bigint) => bigint
  readonly noteWrite: (address: number, bytes: number) => void
  /** `(segment, offset, bytes, access) → linear`; `state.faultVector` is not 0 where that faults. */
  readonly segmentLinear: (segment: number, offset: bigint, bytes: number, access: number) => bigint
}

/**
 * Whose access it is: the CPU's own, to descriptor tables and task states; or the code's at its CPL, `stack`
 * where an address that is not canonical means #SS.
 */
export type Privilege = 'system' | 'current' | 'stack'

const slot = placeCount - 1

/** Linear memory for TypeScript: like an instruction's accesses, with faults thrown. */
export class SystemMemory {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #core: MemoryExports

  constructor(view: DataView, core: MemoryExports) {
    this.#view = view
    this.#bytes = new Uint8Array(view.buffer)
    this.#core = core
  }

  /** 1, 2, 4 or 8 bytes, zero-extended. @throws GuestFault #PF, or #GP and #SS for what is not canonical. */
  read(linear: bigint, bytes: number, privilege: Privilege): bigint {
    const at = this.#resolve(linear, bytes, accessOf(privilege))
    if (at === resolved.far) return BigInt.asUintN(8 * bytes, this.#core.readFar(slot, bytes))
    if (bytes === 8) return this.#view.getBigUint64(at, true)
    return BigInt(bytes === 4 ? this.#view.getUint32(at, true) : this.#narrow(at, bytes))
  }

  /** At most 4 bytes. */
  readNumber(linear: bigint, bytes: number, privilege: Privilege): number {
    return Number(this.read(linear, bytes, privilege))
  }

  write(linear: bigint, bytes: number, value: bigint | number, privilege: Privilege): void {
    const at = this.#resolve(linear, bytes, accessOf(privilege) | accessBit.write)
    const wide = BigInt.asUintN(8 * bytes, BigInt(value))
    if (at === resolved.far) {
      this.#core.writeFar(slot, bytes, wide)
      return
    }
    if (at >= ramBase) this.#core.noteWrite(at, bytes)
    if (bytes === 8) this.#view.setBigUint64(at, wide, true)
    else if (bytes === 4) this.#view.setUint32(at, Number(wide), true)
    else if (bytes === 2) this.#view.setUint16(at, Number(wide), true)
    else this.#view.setUint8(at, Number(wide))
  }

  /** Fills `into`, a multiple of 8 bytes, page after page; never #AC. @throws GuestFault as `read` does. */
  readBytes(linear: bigint, into: Uint8Array, privilege: Privilege): void {
    const access = accessOf(privilege) | accessBit.anywhere
    for (let done = 0; done < into.length; ) {
      const { at, bytes } = this.#part(linear, into.length, done, access)
      if (at === resolved.far) setQuadword(into, done, this.#core.readFar(slot, bytes))
      else into.set(this.#bytes.subarray(at, at + bytes), done)
      done += bytes
    }
  }

  /** The same way round. What must be all or nothing is to be probed before. */
  writeBytes(linear: bigint, from: Uint8Array, privilege: Privilege): void {
    const access = accessOf(privilege) | accessBit.anywhere | accessBit.write
    for (let done = 0; done < from.length; ) {
      const { at, bytes } = this.#part(linear, from.length, done, access)
      if (at === resolved.far) this.#core.writeFar(slot, bytes, quadword(from, done))
      else {
        this.#bytes.set(from.subarray(done, done + bytes), at)
        if (at >= ramBase) this.#core.noteWrite(at, bytes)
      }
      done += bytes
    }
  }

  /** The next bytes at `done` of a range: to the end of a page of RAM, or a quadword of anything else. */
  #part(linear: bigint, length: number, done: number, access: number) {
    const from = linear + BigInt(done)
    const bytes = Math.min(length - done, pageBytes - Number(from & 0xfffn))
    const at = this.#resolve(from, bytes, access)
    if (at !== resolved.far) return { at, bytes }
    return { at: this.#resolve(from, 8, access), bytes: 8 }
  }

  /** Throws what writing all of `[linear, linear + bytes)` would throw, lowest page first; writes nothing. */
  probeWrite(linear: bigint, bytes: number, privilege: Privilege): void {
    this.#probe(linear, bytes, accessOf(privilege) | accessBit.write)
  }

  probeRead(linear: bigint, bytes: number, privilege: Privilege): void {
    this.#probe(linear, bytes, accessOf(privilege))
  }

  /** 8 bytes at a physical address, as the CPU reads what CR3 points to. */
  readPhysical(address: bigint): bigint {
    return BigInt.asUintN(64, this.#core.readPhysical64(address))
  }

  /**
   * The linear address of `bytes` at `offset` of a segment register, after the checks of its limit and type.
   * @throws GuestFault #GP(0), #SS(0) for SS.
   */
  inSegment(number: number, offset: bigint, bytes: number, access: 'r' | 'w'): bigint {
    this.#view.setInt32(state.faultVector, 0, true)
    const bits = access === 'w' ? accessBit.write : 0
    const linear = this.#core.segmentLinear(number, BigInt.asUintN(64, offset), bytes, bits)
    this.#throwFault()
    return BigInt.asUintN(64, linear)
  }

  #probe(linear: bigint, bytes: number, access: number): void {
    for (let at = linear; at < linear + BigInt(bytes); at = (at | 0xfffn) + 1n) this.#resolve(at, 1, access)
  }

  #resolve(linear: bigint, bytes: number, access: number): number {
    this.#view.setInt32(state.faultVector, 0, true)
    const at = this.#core.resolve(BigInt.asIntN(64, linear), bytes, access, slot)
    if (at === resolved.fault) this.#throwFault()
    return at === resolved.far ? at : at >>> 0
  }

  #throwFault(): void {
    const vector = this.#view.getInt32(state.faultVector, true)
    if (vector !== 0) throw new GuestFault(vector, this.#view.getInt32(state.faultCode, true))
  }

  #narrow(at: number, bytes: number): number {
    return bytes === 2 ? this.#view.getUint16(at, true) : this.#view.getUint8(at)
  }
}

function accessOf(privilege: Privilege): number {
  if (privilege === 'stack') return accessBit.stack
  return privilege === 'system' ? accessBit.system : 0
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const quadword = (bytes: Uint8Array, at: number) => viewOf(bytes).getBigUint64(at, true)

function setQuadword(bytes: Uint8Array, at: number, value: bigint): void {
  viewOf(bytes).setBigUint64(at, BigInt.asUintN(64, value), true)
}
