import type { DirectStart } from '../../src/boot/plan.ts'

/** What a plan's writes leave in physical memory; bytes that it leaves alone read as null. */
export class PhysicalMemory {
  readonly #writes

  constructor({ memory }: DirectStart) {
    this.#writes = memory.filter((part) => part.kind === 'bytes')
  }

  byte(at: bigint): number | null {
    for (const { at: start, bytes, size } of this.#writes) {
      const offset = Number(at - start)
      if (at >= start && offset < size) return bytes[offset] ?? 0
    }
    return null
  }

  /** A little-endian number of `size` bytes. */
  number(at: bigint | number, size: number): bigint {
    let value = 0n
    for (let index = size - 1; index >= 0; index--) {
      value = (value << 8n) | BigInt(this.byte(BigInt(at) + BigInt(index)) ?? 0)
    }
    return value
  }

  u32(at: bigint | number): number {
    return Number(this.number(at, 4))
  }

  text(at: bigint | number): string {
    let text = ''
    for (let next = BigInt(at); ; next++) {
      const byte = this.byte(next)
      if (byte === null || byte === 0) return text
      text += String.fromCharCode(byte)
    }
  }

  /** SDM vol. 3 §4.5.4, with the permissions of all levels combined; null where nothing is mapped. */
  translate(cr3: bigint, linear: bigint): { physical: bigint; access: string } | null {
    let table = cr3
    let writable = true
    let executable = true
    for (let level = 4; ; level--) {
      const shift = BigInt(12 + 9 * (level - 1))
      const entry = this.number(table + ((linear >> shift) & 0x1ffn) * 8n, 8)
      if ((entry & 1n) === 0n) return null
      writable &&= (entry & 2n) !== 0n
      executable &&= entry >> 63n === 0n
      const address = entry & 0x000f_ffff_ffff_f000n
      if (level === 1 || (entry & 0x80n) !== 0n) {
        const offset = linear & ((1n << shift) - 1n)
        return {
          physical: (address & ~((1n << shift) - 1n)) + offset,
          access: accessText(writable, executable),
        }
      }
      table = address
    }
  }
}

function accessText(writable: boolean, executable: boolean): string {
  return `r${writable ? 'w' : '-'}${executable ? 'x' : '-'}`
}
