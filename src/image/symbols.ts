/** A named place in the image. Names are demangled; `size` is 0 where the file does not say. */
export interface ImageSymbol {
  readonly name: string
  /** The name as it stands in the file. */
  readonly mangled: string
  readonly address: bigint
  /** In bytes. */
  readonly size: bigint
  readonly kind: 'function' | 'object' | 'other'
  readonly global: boolean
}

/** All symbols of an image, sorted by address. They are read from the file at the first question. */
export interface SymbolTable {
  readonly symbols: readonly ImageSymbol[]
  /**
   * By demangled or mangled name; also by the last path segments where that is unique (`kernel_main` for
   * `my_os::kernel_main`). Null where nothing has that name, or several places have: see `matches`.
   */
  find(name: string): ImageSymbol | null
  /** Every place that `name` may mean, one symbol an address: what to tell when `find` answers null. */
  matches(name: string): readonly ImageSymbol[]
  /** The symbol that `address` lies in, or the nearest of size 0 before it in its segment, and how far in. */
  at(address: bigint): { readonly symbol: ImageSymbol; readonly offset: bigint } | null
}

/** Addresses from `start` up to, not including, `end`: a symbol names no address outside its own range. */
export interface AddressRange {
  readonly start: bigint
  readonly end: bigint
}

/** The table of symbols that `load` answers; it is called once, at the first question. */
export function symbolTable(
  load: () => readonly ImageSymbol[],
  ranges: readonly AddressRange[],
): SymbolTable {
  let loaded: LoadedSymbols | null = null
  const table = (): LoadedSymbols => {
    loaded ??= new LoadedSymbols(load(), ranges)
    return loaded
  }
  return {
    get symbols() {
      return table().symbols
    },
    find(name) {
      const [only, ...others] = table().matches(name)
      return only !== undefined && others.length === 0 ? only : null
    },
    matches: (name) => table().matches(name),
    at: (address) => table().at(address),
  }
}

class LoadedSymbols {
  readonly symbols: readonly ImageSymbol[]
  readonly #ranges: readonly AddressRange[]
  /** The furthest end of all symbols up to this one: where a search backwards may stop. */
  readonly #reach: readonly bigint[]
  readonly #byName = new Map<string, ImageSymbol[]>()

  constructor(symbols: readonly ImageSymbol[], ranges: readonly AddressRange[]) {
    this.symbols = [...symbols].sort(byAddress)
    this.#ranges = ranges
    let reach = 0n
    this.#reach = this.symbols.map(({ address, size }) => {
      if (address + size > reach) reach = address + size
      return reach
    })
    for (const symbol of this.symbols) {
      this.#enter(symbol.name, symbol)
      if (symbol.mangled !== symbol.name) this.#enter(symbol.mangled, symbol)
    }
  }

  #enter(name: string, symbol: ImageSymbol): void {
    const known = this.#byName.get(name)
    if (known === undefined) this.#byName.set(name, [symbol])
    else known.push(symbol)
  }

  matches(name: string): readonly ImageSymbol[] {
    const exact = this.#byName.get(name)
    if (exact !== undefined) return onePerAddress(exact)
    const ending = `::${name}`
    return onePerAddress(this.symbols.filter((symbol) => symbol.name.endsWith(ending)))
  }

  at(address: bigint): { symbol: ImageSymbol; offset: bigint } | null {
    const range = this.#ranges.find(({ start, end }) => address >= start && address < end)
    if (range === undefined) return null
    let passedSized = false
    for (let index = this.#countUpTo(address) - 1; index >= 0; index--) {
      const symbol = this.symbols[index]
      if (symbol === undefined || symbol.address < range.start) return null
      const offset = address - symbol.address
      const unsized = symbol.size === 0n
      if (unsized ? !passedSized : offset < symbol.size) return { symbol, offset }
      passedSized ||= !unsized
      if (passedSized && (this.#reach[index] ?? 0n) <= address) return null
    }
    return null
  }

  /** How many symbols lie at or below `address`. */
  #countUpTo(address: bigint): number {
    let low = 0
    let high = this.symbols.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.symbols[middle]?.address ?? 0n) <= address) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** By address; of several at one address the one that says most comes last. */
function byAddress(one: ImageSymbol, other: ImageSymbol): number {
  if (one.address !== other.address) return one.address < other.address ? -1 : 1
  const worth = merit(one) - merit(other)
  if (worth !== 0) return worth
  return one.mangled < other.mangled ? 1 : -1
}

function merit({ size, kind, global }: ImageSymbol): number {
  const ofKind = { function: 4, object: 2, other: 0 }[kind]
  return (size > 0n ? 8 : 0) + ofKind + (global ? 1 : 0)
}

function onePerAddress(sorted: readonly ImageSymbol[]): ImageSymbol[] {
  return sorted.filter((symbol, index) => sorted[index + 1]?.address !== symbol.address)
}
