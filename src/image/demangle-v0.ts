import { decodePunycode } from './punycode.ts'

/** The rustc book, "v0 Symbol Format", basic types. */
const basicTypes: Readonly<Record<string, string>> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
}
const integerTypes = 'ahijlmnostxy'
const namespaceNames: Readonly<Record<string, string>> = { C: 'closure', S: 'shim' }

/** Back references nest and repeat: a name of 100 bytes can ask for gigabytes. Real names stay far below. */
const maxDepth = 200
const maxSteps = 4000
const maxLength = 16_384

/** Reads the part of a v0 name after `_R`; null where it does not follow the grammar, or is absurdly long. */
export function demangleV0(symbol: string): string | null {
  const end = symbol.search(/[.$]/)
  const name = end < 0 ? symbol : symbol.slice(0, end)
  // A leading digit would be an encoding version; none but the unnumbered one exists.
  if (!/^[A-Z][\x21-\x7e]*$/.test(name)) return null
  const reader = new V0Reader(name)
  try {
    const path = reader.path(true)
    if (!reader.atEnd) reader.path(false)
    return reader.atEnd && path.length <= maxLength ? path : null
  } catch (error) {
    if (error instanceof NotV0) return null
    throw error
  }
}

class NotV0 extends Error {}

/** A recursive-descent reader: a method for each rule of the grammar, each answering the text to show. */
class V0Reader {
  readonly #name: string
  #at = 0
  #depth = 0
  #steps = 0
  /** Lifetimes bound by the enclosing `for<…>`. */
  #bound = 0

  constructor(name: string) {
    this.#name = name
  }

  get atEnd(): boolean {
    return this.#at === this.#name.length
  }

  /** `inValue`: generic arguments need their `::` there, as in `foo::<u8>`. */
  path(inValue: boolean): string {
    return this.#nested(() => {
      const tag = this.#next()
      switch (tag) {
        case 'C':
          return this.#identifier().name
        case 'N':
          return this.#nestedPath(inValue)
        case 'M':
          this.#implPath()
          return `<${this.#type()}>`
        case 'X':
          this.#implPath()
          return `<${this.#type()} as ${this.path(false)}>`
        case 'Y':
          return `<${this.#type()} as ${this.path(false)}>`
        case 'I': {
          const generic = this.path(inValue)
          return `${generic}${inValue ? '::' : ''}<${this.#list(() => this.#genericArgument()).join(', ')}>`
        }
        case 'B':
          return this.#backReference(() => this.path(inValue))
        default:
          throw new NotV0()
      }
    })
  }

  #nestedPath(inValue: boolean): string {
    const namespace = this.#next()
    const parent = this.path(inValue)
    const { name, disambiguator } = this.#identifier()
    if (/[a-z]/.test(namespace)) return name === '' ? parent : `${parent}::${name}`
    if (!/[A-Z]/.test(namespace)) throw new NotV0()
    const kind = namespaceNames[namespace] ?? namespace
    return `${parent}::{${kind}${name === '' ? '' : `:${name}`}#${disambiguator}}`
  }

  #implPath(): void {
    this.#disambiguator()
    this.path(false)
  }

  #genericArgument(): string {
    if (this.#take('L')) return this.#lifetime(this.#base62())
    if (this.#take('K')) return this.#constant()
    return this.#type()
  }

  #type(): string {
    return this.#nested(() => {
      const tag = this.#next()
      const basic = basicTypes[tag]
      if (basic !== undefined) return basic
      switch (tag) {
        case 'A':
          return `[${this.#type()}; ${this.#constant()}]`
        case 'S':
          return `[${this.#type()}]`
        case 'T': {
          const fields = this.#list(() => this.#type())
          return fields.length === 1 ? `(${fields[0]},)` : `(${fields.join(', ')})`
        }
        case 'R':
          return `&${this.#referenceLifetime()}${this.#type()}`
        case 'Q':
          return `&${this.#referenceLifetime()}mut ${this.#type()}`
        case 'P':
          return `*const ${this.#type()}`
        case 'O':
          return `*mut ${this.#type()}`
        case 'F':
          return this.#withBinder(() => this.#functionType())
        case 'D':
          return this.#traitObject()
        case 'B':
          return this.#backReference(() => this.#type())
        default:
          this.#at--
          return this.path(false)
      }
    })
  }

  #referenceLifetime(): string {
    if (!this.#take('L')) return ''
    const index = this.#base62()
    return index === 0 ? '' : `${this.#lifetime(index)} `
  }

  #functionType(): string {
    const unsafe = this.#take('U') ? 'unsafe ' : ''
    let abi = ''
    if (this.#take('K')) {
      const name = this.#take('C') ? 'C' : this.#undisambiguatedIdentifier().replaceAll('_', '-')
      abi = `extern "${name}" `
    }
    const inputs = this.#list(() => this.#type()).join(', ')
    const output = this.#type()
    return `${unsafe}${abi}fn(${inputs})${output === '()' ? '' : ` -> ${output}`}`
  }

  #traitObject(): string {
    const traits = this.#withBinder(() => this.#list(() => this.#traitBound()).join(' + '))
    if (!this.#take('L')) throw new NotV0()
    const index = this.#base62()
    return `dyn ${traits}${index === 0 ? '' : ` + ${this.#lifetime(index)}`}`
  }

  #traitBound(): string {
    const trait = this.path(false)
    const bindings: string[] = []
    while (this.#take('p')) bindings.push(`${this.#undisambiguatedIdentifier()} = ${this.#type()}`)
    if (bindings.length === 0) return trait
    if (trait.endsWith('>')) return `${trait.slice(0, -1)}, ${bindings.join(', ')}>`
    return `${trait}<${bindings.join(', ')}>`
  }

  #withBinder(inner: () => string): string {
    const outer = this.#bound
    const count = this.#take('G') ? this.#base62() + 1 : 0
    if (count > maxDepth) throw new NotV0()
    this.#bound += count
    const names = Array.from({ length: count }, (_, index) => lifetimeName(outer + index))
    const text = inner()
    this.#bound = outer
    return count === 0 ? text : `for<${names.join(', ')}> ${text}`
  }

  /** A de Bruijn index: 1 is the innermost bound lifetime, 0 an erased one. */
  #lifetime(index: number): string {
    if (index === 0) return "'_"
    if (index > this.#bound) throw new NotV0()
    return lifetimeName(this.#bound - index)
  }

  #constant(): string {
    return this.#nested(() => {
      if (this.#take('B')) return this.#backReference(() => this.#constant())
      const type = this.#next()
      if (type === 'p') return '_'
      const negative = this.#take('n')
      const digits = this.#takeWhile(/[0-9a-f]{0,64}/y)
      if (!this.#take('_')) throw new NotV0()
      const value = BigInt(`0x${digits === '' ? '0' : digits}`)
      if (type === 'b' && value <= 1n) return value === 1n ? 'true' : 'false'
      if (type === 'c' && value <= 0x10ffffn) return characterLiteral(Number(value))
      if (!integerTypes.includes(type)) throw new NotV0()
      return `${negative ? '-' : ''}${value}`
    })
  }

  #list(item: () => string): string[] {
    const items: string[] = []
    while (!this.#take('E')) items.push(item())
    return items
  }

  #identifier(): { name: string; disambiguator: number } {
    const disambiguator = this.#disambiguator()
    return { name: this.#undisambiguatedIdentifier(), disambiguator }
  }

  #disambiguator(): number {
    return this.#take('s') ? this.#base62() + 1 : 0
  }

  #undisambiguatedIdentifier(): string {
    const encoded = this.#take('u')
    const digits = this.#takeWhile(/0|[1-9][0-9]{0,5}/y)
    if (digits === '') throw new NotV0()
    this.#take('_')
    const end = this.#at + Number(digits)
    if (end > this.#name.length) throw new NotV0()
    const bytes = this.#name.slice(this.#at, end)
    this.#at = end
    if (!encoded) return bytes
    const decoded = decodePunycode(bytes)
    if (decoded === null) throw new NotV0()
    return decoded
  }

  /** 0 is `_`; 1 is `0_`. Crate disambiguators are hashes too large for a double: they are not shown. */
  #base62(): number {
    const digits = this.#takeWhile(/[0-9a-zA-Z]{0,12}/y)
    if (!this.#take('_')) throw new NotV0()
    if (digits === '') return 0
    let value = 0
    for (const digit of digits) value = value * 62 + base62Digits.indexOf(digit)
    return value + 1
  }

  #backReference(read: () => string): string {
    const start = this.#at - 1
    const target = this.#base62()
    if (target >= start) throw new NotV0()
    const after = this.#at
    this.#at = target
    const text = read()
    this.#at = after
    return text
  }

  #nested(read: () => string): string {
    if (++this.#depth > maxDepth || ++this.#steps > maxSteps) throw new NotV0()
    const text = read()
    if (text.length > maxLength) throw new NotV0()
    this.#depth--
    return text
  }

  #next(): string {
    const character = this.#name[this.#at]
    if (character === undefined) throw new NotV0()
    this.#at++
    return character
  }

  #take(character: string): boolean {
    if (this.#name[this.#at] !== character) return false
    this.#at++
    return true
  }

  /** `pattern` is sticky. */
  #takeWhile(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const text = pattern.exec(this.#name)?.[0] ?? ''
    this.#at += text.length
    return text
  }
}

const base62Digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

function lifetimeName(level: number): string {
  return level < 26 ? `'${String.fromCharCode(0x61 + level)}` : `'_${level}`
}

const characterEscapes: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  "'": "\\'",
  '\\': '\\\\',
}

function characterLiteral(code: number): string {
  const character = String.fromCodePoint(code)
  const escaped = characterEscapes[character]
  if (escaped !== undefined) return `'${escaped}'`
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000)) {
    return `'\\u{${code.toString(16)}}'`
  }
  return `'${character}'`
}
