import type { Chip } from '../bus/chip.ts'
import type { Pic } from './pic.ts'

/**
 * What the chip set adds to a pair of 8259A: a bit an input chooses levels instead of edges (82371AB, Edge
 * and Level Control Registers).
 */
export class EdgeLevelControl implements Chip {
  readonly #controllers: readonly Pick<Pic, 'levelControl'>[]

  /** One controller a port. */
  constructor(controllers: readonly Pick<Pic, 'levelControl'>[]) {
    this.#controllers = controllers
  }

  read(offset: number): number {
    return this.#controllers[offset]?.levelControl ?? 0xff
  }

  write(offset: number, _size: number, value: number): void {
    const controller = this.#controllers[offset]
    if (controller) controller.levelControl = value
  }
}
