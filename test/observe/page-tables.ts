import type { PagingRegisters } from '../../src/observe/paging.ts'

const pageSize = 4096

export const flags = {
  present: 1n,
  writable: 1n << 1n,
  user: 1n << 2n,
  large: 1n << 7n,
  global: 1n << 8n,
  noExecute: 1n << 63n,
} as const

/** 64-bit mode with WP, NXE and PGE on. */
export function longMode(root: bigint, changes: Partial<PagingRegisters> = {}): PagingRegisters {
  return { cr0: 0x8001_0011n, cr3: root, cr4: 0xa0n, efer: 0xd00n, pdptes: null, ...changes }
}

/** Physical memory that exists only where something was written, as page tables for tests need it. */
export class TableMemory {
  readonly pages = new Map<bigint, Uint8Array>()
  /** Tables that were read, with repetitions. */
  readonly reads: bigint[] = []

  set(table: bigint, index: number, value: bigint): this {
    const page = this.pages.get(table) ?? new Uint8Array(pageSize)
    this.pages.set(table, page)
    new DataView(page.buffer).setBigUint64(index * 8, value, true)
    return this
  }

  /** An entry of 32-bit paging. */
  set32(table: bigint, index: number, value: bigint): this {
    const page = this.pages.get(table) ?? new Uint8Array(pageSize)
    this.pages.set(table, page)
    new DataView(page.buffer).setUint32(index * 4, Number(value), true)
    return this
  }

  /** Null when any part of the range was never written. */
  read(physical: bigint, length: number): Uint8Array | null {
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const at = physical + BigInt(done)
      const offset = Number(at % BigInt(pageSize))
      const page = this.pages.get(at - BigInt(offset))
      if (!page) return null
      const part = page.subarray(offset, Math.min(pageSize, offset + length - done))
      if (length >= pageSize) this.reads.push(at)
      bytes.set(part, done)
      done += part.length
    }
    return bytes
  }

  /** Runs a generator that asks for physical memory. */
  answer<Result>(
    walk: Generator<{ readonly physical: bigint; readonly length: number }, Result, Uint8Array | null>,
  ): Result {
    let step = walk.next()
    while (!step.done) step = walk.next(this.read(step.value.physical, step.value.length))
    return step.value
  }
}
