import type { Instant } from '../../observe/instant.ts'

/** Guest time on QEMU: wall time during which the guest was running. */
export class GuestClock {
  #elapsedNs = 0n
  #since: bigint | null = null

  start(): void {
    this.#since ??= process.hrtime.bigint()
  }

  stop(): void {
    this.#elapsedNs = this.ns
    this.#since = null
  }

  get ns(): bigint {
    return this.#since === null ? this.#elapsedNs : this.#elapsedNs + process.hrtime.bigint() - this.#since
  }

  now(): Instant {
    return { instructions: null, ns: this.ns }
  }
}
