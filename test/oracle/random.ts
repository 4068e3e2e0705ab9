/** Numbers that repeat with the text that they are made from: sfc32, seeded by FNV-1a. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: string) {
    const hash = (start: number) => {
      let value = start
      for (let at = 0; at < seed.length; at++) value = Math.imul(value ^ seed.charCodeAt(at), 0x0100_0193)
      return value
    }
    this.#a = hash(0x811c_9dc5)
    this.#b = hash(0x1234_5678)
    this.#c = hash(0x0bad_cafe)
    for (let round = 0; round < 12; round++) this.word()
  }

  /** 32 bits, unsigned. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  below(limit: number): number {
    return this.word() % limit
  }

  oneIn(chances: number): boolean {
    return this.below(chances) === 0
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  long(): bigint {
    return (BigInt(this.word()) << 32n) | BigInt(this.word())
  }

  bytes(count: number): Uint8Array {
    const words = Uint32Array.from({ length: Math.ceil(count / 4) }, () => this.word())
    return new Uint8Array(words.buffer, 0, count)
  }

  /** 64 bits, random or a corner: edges of every size, small numbers. */
  value(): bigint {
    const bits = BigInt(this.pick([8, 16, 32, 64]))
    const sign = 1n << (bits - 1n)
    const corners = [0n, 1n, sign, sign - 1n, (sign << 1n) - 1n, 0x0fn, 0x10n, BigInt(this.below(64))]
    const corner = corners[this.below(20)]
    return corner ?? this.long() >> BigInt(this.below(4) * 16)
  }
}
