import { stuckGuest } from './cpu-probe.ts'
import type { LiveQemu } from './live-qemu.ts'
import type { GuestMemory } from './memory.ts'
import type { Run } from './run.ts'
import type { Watch } from './sampler.ts'

/**
 * Ends the run of a guest that can never go on. Looks while the guest runs; only a suspicion is worth a
 * standstill.
 */
export class StuckWatch implements Watch {
  readonly intervalMs = 250
  readonly #live: LiveQemu
  readonly #run: Run
  readonly #memory: GuestMemory

  constructor(live: LiveQemu, run: Run, memory: GuestMemory) {
    this.#live = live
    this.#run = run
    this.#memory = memory
  }

  async look(): Promise<void> {
    if ((await stuckGuest(this.#live.monitor, this.#memory)) === null) return
    await this.#live.halt()
    // What it printed last may be what was waited for.
    if (this.#run.isOver) return
    const cause = await stuckGuest(this.#live.monitor, this.#memory)
    if (cause !== null) this.#live.end({ by: 'verdict', cause })
    else if (!this.#run.isOver) this.#live.resume()
  }
}
