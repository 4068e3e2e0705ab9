import type { Image } from '../image/image.ts'
import type { Ending } from '../observe/ending.ts'
import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'

/** An ending with the image's names of the places that it tells of, where it has some. */
export function namePlaces(ending: Ending, image: Image): Ending {
  if (image.kind !== 'elf') return ending
  const nameOf = (address: bigint | null) => symbolAt(image.symbols, address)
  const named = { ...ending, ...nameOf(placeOf(ending)) }
  if (named.kind !== 'tripleFault') return named
  return { ...named, chain: named.chain.map((fault) => ({ ...fault, ...nameOf(fault.rip) })) }
}

function placeOf(ending: Ending): bigint | null {
  if (ending.kind === 'hang') return ending.proof.rip
  return ending.kind === 'tripleFault' || ending.kind === 'deadHalt' ? ending.rip : null
}

type Symbols = Extract<Image, { kind: 'elf' }>['symbols']

/** The ending stands, also where the symbols cannot be read. */
function symbolAt(symbols: Symbols, address: bigint | null): { readonly symbol?: string } {
  try {
    const found = address === null ? null : symbols.at(address)
    if (!found) return {}
    const { symbol, offset } = found
    return { symbol: offset === 0n ? symbol.name : `${symbol.name}+${hex(offset)}` }
  } catch (error) {
    if (error instanceof KernelTestError) return {}
    throw error
  }
}
