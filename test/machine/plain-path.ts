import { vi } from 'vitest'
import type { Cpu } from '../../src/machine/cpu/cpu.ts'
import { EventUnit } from '../../src/machine/cpu/events/event-unit.ts'
import { codeTlb, dataTlb, state } from '../../src/machine/cpu/state-layout.ts'
import { SystemDispatch } from '../../src/machine/cpu/system/dispatch.ts'
import { executeOn, newProcessor, type Start } from './control/processor.ts'
import { referenceCore } from './reference-core.ts'

/** SplitMix64. */
export function numbers(seed: bigint): () => bigint {
  let at = seed
  return () => {
    at = BigInt.asUintN(64, at + 0x9e37_79b9_7f4a_7c15n)
    const once = BigInt.asUintN(64, (at ^ (at >> 30n)) * 0xbf58_476d_1ce4_e5b9n)
    return once ^ (once >> 31n)
  }
}

export type Random = () => bigint
export const oneIn = (next: Random, count: number) => next() % BigInt(count) === 0n
export const pick = <Item>(next: Random, items: readonly Item[]) =>
  items[Number(next() % BigInt(items.length))] as Item

/**
 * Two processors: one as it is, and one without plain cases, which leaves those instructions to the
 * TypeScript that is their reference.
 */
export class BothPaths {
  readonly #plain: Cpu
  readonly #reference: Cpu
  readonly #asked = [vi.spyOn(SystemDispatch.prototype, 'run'), vi.spyOn(EventUnit.prototype, 'fault')]
  readonly #ram: Buffer

  /** `stopsAtExceptions`: they are not delivered. */
  constructor(stopsAtExceptions = true) {
    this.#plain = newProcessor()
    this.#reference = newProcessor(referenceCore)
    for (const cpu of [this.#plain, this.#reference]) cpu.stopsAtExceptions = stopsAtExceptions
    this.#ram = Buffer.from(this.#plain.ram)
  }

  /**
   * What is different after `start` on both: how it ended, fields of the state, TLB entries and RAM by
   * address. `isPlain`: TypeScript has not been asked.
   */
  run(start: Start): { readonly end: string; readonly isPlain: boolean; readonly differences: string[] } {
    const reference = this.#runOn(this.#reference, start)
    const before = this.#countAsked()
    const plain = this.#runOn(this.#plain, start)
    const isPlain = this.#countAsked() === before
    const differences = [
      ...(plain.end === reference.end ? [] : [`it ended with ${plain.end}, not ${reference.end}`]),
      ...differing(plain.saved, reference.saved).map(fieldAt),
      ...differing(this.#plain.ram, this.#reference.ram).map((at) => `RAM at ${at.toString(16)}`),
    ]
    return { end: plain.end, isPlain, differences: [...new Set(differences)] }
  }

  #countAsked(): number {
    return this.#asked.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  }

  #runOn(cpu: Cpu, start: Start) {
    this.#restore(cpu)
    const end = executeOn(cpu, start)
    return { end, saved: cpu.save() }
  }

  #restore(cpu: Cpu): void {
    if (this.#ram.equals(cpu.ram)) return
    for (let at = 0; at < this.#ram.length; at += pageBytes) {
      const page = this.#ram.subarray(at, at + pageBytes)
      if (!page.equals(cpu.ram.subarray(at, at + pageBytes))) cpu.poke(at, page)
    }
  }
}

const pageBytes = 4096

function differing(one: Uint8Array, other: Uint8Array): number[] {
  if (Buffer.from(one.buffer, one.byteOffset, one.length).equals(other)) return []
  return [...one.keys()].filter((at) => one[at] !== other[at])
}

/** The name of what stands at an offset of a saved CPU. */
function fieldAt(at: number): string {
  const dataEnd = state.end + dataTlb.count * dataTlb.entryBytes
  if (at >= dataEnd) return `code TLB entry ${Math.floor((at - dataEnd) / 16) % codeTlb.count}`
  if (at >= state.end) return `data TLB entry ${Math.floor((at - state.end) / dataTlb.entryBytes)}`
  const before = Object.entries(state).filter(([, from]) => from <= at)
  const [name, from] = before.toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0]
  return at - from < 8 ? name : `${name} + ${at - from}`
}
