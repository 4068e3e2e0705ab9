/** An access to where nothing is, all of its kind taken together. */
export interface UnknownAccess {
  readonly space: 'ports' | 'memory'
  /** The port; of memory, the first address of the page. */
  readonly at: number
  readonly size: number
  readonly isWrite: boolean
  /** Units done when the first came: the instruction that made it. */
  readonly first: number
  readonly count: number
}

const mostKinds = 512
const pageBytes = 4096

/** Ports and pages that a guest asked in vain, each with direction and size once: bounded, and counted. */
export class UnknownAccesses {
  readonly #kinds = new Map<string, UnknownAccess & { count: number }>()
  readonly #onFirst: (access: UnknownAccess) => void

  /** `onFirst` hears of each kind once; the count of what it gets goes on. */
  constructor(onFirst: (access: UnknownAccess) => void) {
    this.#onFirst = onFirst
  }

  /** In the order of their first accesses. Of more than 512 kinds the later ones are not there. */
  get all(): readonly UnknownAccess[] {
    return [...this.#kinds.values()].map((kind) => ({ ...kind }))
  }

  note(access: Omit<UnknownAccess, 'count'>): void {
    const { space, size, isWrite } = access
    const at = space === 'memory' ? access.at - (access.at % pageBytes) : access.at
    const key = `${space} ${at} ${size} ${isWrite}`
    const known = this.#kinds.get(key)
    if (known) known.count++
    else if (this.#kinds.size < mostKinds) {
      const kind = { ...access, at, count: 1 }
      this.#kinds.set(key, kind)
      this.#onFirst(kind)
    }
  }

  forget(): void {
    this.#kinds.clear()
  }
}
