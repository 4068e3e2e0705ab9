import type { ElfImage, Image } from '../image/image.ts'
import type { Condition, Pattern, ScreenPattern } from '../observe/condition.ts'
import { didYouMean } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'
import { wrongValue } from './quantities.ts'
import type { Until } from './vm.ts'

/**
 * What a machine waits for when a test says `until`. A text on the serial port is looked for from `cursor`.
 * @throws KernelTestError KT4004 where a symbol is not in the image.
 */
export function conditionOf(until: Until, image: Image, cursor: number): Condition {
  if (typeof until === 'bigint') return { on: 'address', linear: linearAddress(until) }
  if (typeof until === 'string') return { on: 'address', linear: addressOf(until, image) }
  if (typeof until === 'object' && until !== null) {
    if ('serial' in until) return { on: 'output', port: 'com1', pattern: until.serial, from: cursor }
    if ('screen' in until) return { on: 'screen', pattern: screenPattern(until.screen), shown: true }
    if ('waitsForKey' in until) return { on: 'waitsForKey' }
    if ('condition' in until) return until.condition
  }
  const hint =
    'Give a symbol, an address as a bigint, `{ serial: … }`, `{ screen: … }` or `{ waitsForKey: true }`.'
  throw wrongValue('until', until, hint)
}

function screenPattern(screen: Pattern | ScreenPattern): ScreenPattern {
  return typeof screen === 'string' || screen instanceof RegExp ? { pattern: screen } : screen
}

function linearAddress(address: bigint): bigint {
  if (address >= 0n && address < 1n << 64n) return address
  throw wrongValue('until', address, 'An address has 64 bits.')
}

function addressOf(name: string, image: Image): bigint {
  if (/^0x[0-9a-f]+$/i.test(name)) return linearAddress(BigInt(name))
  if (image.kind !== 'elf') {
    throw new KernelTestError(
      'KT4004',
      `\`until: '${name}'\` names a symbol, but the image is no ELF and has none`,
      'Give the address (`until: 0x7c00n`), or wait for a text: `until: { serial: … }`, `until: { screen: … }`.',
    )
  }
  const symbol = image.symbols.find(name)
  if (symbol !== null) return symbol.address
  throw new KernelTestError('KT4004', ...whyNoSymbol(name, image))
}

function whyNoSymbol(name: string, image: ElfImage): [reason: string, hint: string] {
  const several = image.symbols.matches(name)
  if (several.length > 0) {
    const places = several.map((symbol) => `${symbol.name} at 0x${symbol.address.toString(16)}`)
    return [`\`${name}\` means several symbols of the image`, `Name one of them: ${places.join(', ')}.`]
  }
  const names = image.symbols.symbols.map((known) => known.name)
  if (names.length === 0) {
    return [
      `the image has no symbol \`${name}\`: it has none at all`,
      'Link it without `--strip-all`, or give the address as `0x…n`.',
    ]
  }
  const guess = didYouMean(name, names)
  const hint = guess === '' ? 'Was the function inlined? `nm` lists the symbols of an ELF file.' : guess
  return [`the image has no symbol \`${name}\``, hint]
}
