import type { SavedChip } from '../bus/chip.ts'

const selectorPort = 0
/** By key (QEMU, docs/specs/fw_cfg): the signature, and the interface's features: it is the oldest. */
const items: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [0x51, 0x45, 0x4d, 0x55]],
  [1, [1, 0, 0, 0]],
])

export interface SavedFwCfg {
  readonly key: number
  /** Bytes read so far. */
  readonly offset: number
}

/**
 * QEMU's firmware configuration, as far as guests look whether it is there: signature and identity. A word to
 * the first port chooses an item, whose bytes come from the second one by one, zeros behind them.
 */
export class FwCfg implements SavedChip<SavedFwCfg> {
  #state: SavedFwCfg = { key: 0, offset: 0 }

  reset(): void {
    this.#state = { key: 0, offset: 0 }
  }

  read(offset: number, size: number): number {
    if (offset === selectorPort || size > 1) return 2 ** (8 * size) - 1
    const value = this.peek(offset)
    this.#state = { ...this.#state, offset: this.#state.offset + 1 }
    return value
  }

  peek(offset: number): number {
    if (offset === selectorPort) return 0xff
    return items.get(this.#state.key)?.[this.#state.offset] ?? 0
  }

  write(offset: number, size: number, value: number): void {
    if (offset === selectorPort && size === 2) this.#state = { key: value, offset: 0 }
  }

  save(): SavedFwCfg {
    return this.#state
  }

  load(state: SavedFwCfg): void {
    this.#state = state
  }
}
