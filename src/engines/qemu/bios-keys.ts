import type { QtestClient } from './qtest-client.ts'

/** Where a BIOS has the vector of INT 09h, its key buffer's head and tail, and its ticks. */
const memory = { keyVector: 0x24n, bufferPointers: 0x41an, ticks: 0x46cn } as const
const biosSegment = 0xf000

/** A guest in which no tick of the BIOS was counted for so long has left it. */
const leftNs = 250_000_000n

/** The keys that the BIOS has taken for the guest. */
export class BiosKeys {
  readonly #qtest: QtestClient
  #ticks = 0
  #tickedNs = 0n

  constructor(qtest: QtestClient) {
    this.#qtest = qtest
  }

  /** Whether there are some, and the guest may yet take them. `nowNs` is guest time. */
  async areKept(nowNs: bigint): Promise<boolean> {
    const [ticks] = await this.#numbers(memory.ticks, 2)
    if (ticks !== undefined && ticks !== this.#ticks) {
      this.#ticks = ticks
      this.#tickedNs = nowNs
    }
    if (nowNs - this.#tickedNs >= leftNs) return false
    const [, segment] = await this.#numbers(memory.keyVector, 4)
    const [head, tail] = await this.#numbers(memory.bufferPointers, 4)
    return segment === biosSegment && head !== tail
  }

  /** Of 16 bits each. */
  async #numbers(at: bigint, bytes: number): Promise<readonly number[]> {
    const { buffer } = await this.#qtest.readPhysical(at, bytes)
    return [...new Uint16Array(buffer)]
  }
}
