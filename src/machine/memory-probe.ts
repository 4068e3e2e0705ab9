import type { Cpu } from './cpu/cpu.ts'
import { state as stateLayout } from './cpu/state-layout.ts'

/**
 * Memory as somebody outside of the machine sees and changes it, by physical addresses: RAM and video memory,
 * no matter whether the guest has masked an address line. No chip hears of it.
 */
export class MemoryProbe {
  readonly #cpu: Cpu

  constructor(cpu: Cpu) {
    this.#cpu = cpu
  }

  /** Whether all of a range is RAM, or all of it video memory. */
  has(at: bigint, length: number): boolean {
    return this.#isRam(at, length) || this.#cpu.memory.deviceRange(Number(at), length) !== null
  }

  /** A copy; null where part of the range is neither RAM nor video memory. */
  peek(at: bigint, length: number): Uint8Array | null {
    const { ram, memory } = this.#cpu
    const inDevice = memory.deviceRange(Number(at), length)
    if (inDevice !== null) return memory.device.contents.slice(inDevice, inDevice + length)
    return this.#isRam(at, length) ? ram.slice(Number(at), Number(at) + length) : null
  }

  /** False, and nothing done, where part of the range is neither. */
  poke(at: bigint, bytes: Uint8Array): boolean {
    const { memory } = this.#cpu
    const inDevice = memory.deviceRange(Number(at), bytes.length)
    if (inDevice !== null) memory.device.writeBytes(inDevice, bytes)
    else if (!this.#isRam(at, bytes.length)) return false
    else this.#writeRam(Number(at), bytes)
    return true
  }

  /** As a device that masters the bus does, with A20 open. */
  #writeRam(at: number, bytes: Uint8Array): void {
    const { state, memory } = this.#cpu
    const a20 = state.u32(stateLayout.a20)
    state.setU32(stateLayout.a20, 1)
    memory.overwrite(at, bytes)
    state.setU32(stateLayout.a20, a20)
  }

  #isRam(at: bigint, length: number): boolean {
    return at >= 0n && at + BigInt(length) <= BigInt(this.#cpu.ram.length)
  }
}
