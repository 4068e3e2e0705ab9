/** A named place in the image. Names are demangled; `size` is 0 where the file does not say. */
export interface ImageSymbol {
  readonly name: string
  /** The name as it stands in the file. */
  readonly mangled: string
  readonly address: bigint
  readonly size: bigint
  readonly kind: 'function' | 'object' | 'other'
}

/** All symbols of an image. Plain data with two questions; sorted by address. */
export interface SymbolTable {
  readonly symbols: readonly ImageSymbol[]
  /** By demangled or mangled name; also by the last path segment where that is unique (`kernel_main` for `my_os::kernel_main`). */
  find(name: string): ImageSymbol | null
  /** The symbol that `address` lies in (or the nearest before it, of size 0), and how far in. */
  at(address: bigint): { readonly symbol: ImageSymbol; readonly offset: bigint } | null
}
