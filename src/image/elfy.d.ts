/** The part of elfy 1.0 that `elf.ts` uses; the package brings no types. */
declare module 'elfy' {
  interface Header {
    readonly class: '32' | '64'
    /** Undefined for values that elfy does not know. */
    readonly type: string | undefined
    readonly machine: string | undefined
    readonly phentsize: number
    readonly phnum: number
    readonly shentsize: number
    readonly shnum: number
  }

  interface Program {
    readonly type: string | undefined
    readonly flags: Readonly<Record<string, boolean>>
  }

  interface Section {
    readonly type: string | number
    readonly link: number
  }

  interface Parser {
    parseHeader(file: Buffer): Header
    parseProgram(entry: Buffer, header: Header, file: Buffer): Program
    parseSection(entry: Buffer, header: Header, file: Buffer): Section
  }

  const elfy: { readonly Parser: new () => Parser }
  export = elfy
}
