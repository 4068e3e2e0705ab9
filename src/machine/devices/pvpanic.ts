import type { Chip } from '../bus/chip.ts'

/** What a guest can tell: it has panicked, or has gone on into a kernel that will dump it. */
const event = { panicked: 1, crashLoaded: 2 } as const
const supported = event.panicked | event.crashLoaded

/** QEMU's pvpanic device (docs/specs/pvpanic): one port, by which a guest tells of its own panic. */
export class Pvpanic implements Chip {
  readonly #panicked: (goesOn: boolean) => void

  /** `panicked` hears whether the guest goes on into a kernel that dumps it. */
  constructor(panicked: (goesOn: boolean) => void) {
    this.#panicked = panicked
  }

  read(): number {
    return supported
  }

  write(_offset: number, _size: number, value: number): void {
    if (value & supported) this.#panicked((value & event.panicked) === 0)
  }
}
