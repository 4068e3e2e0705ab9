/** An ELF file put together by hand, field by field: what no linker would write, and what needs no linker. */
export interface ElfRecipe {
  /** Default 64. */
  readonly bits?: 32 | 64
  /** Default 2, ET_EXEC. */
  readonly type?: number
  /** Default that of `bits`: 62 or 3. */
  readonly machine?: number
  readonly entry?: bigint
  readonly programs?: readonly ProgramRecipe[]
  /** Bytes put into the file at an offset; the file grows as needed. */
  readonly contents?: readonly { readonly at: number; readonly bytes: Uint8Array }[]
  readonly sections?: readonly SectionRecipe[]
  /** At least this long. */
  readonly size?: number
}

export interface ProgramRecipe {
  /** Default 1, PT_LOAD. */
  readonly type?: number
  /** Default `r-x`. */
  readonly access?: string
  readonly offset?: bigint
  readonly virtual?: bigint
  /** Default as `virtual`. */
  readonly physical?: bigint
  readonly fileSize?: bigint
  /** Default as `fileSize`. */
  readonly memorySize?: bigint
  readonly alignment?: bigint
}

export interface SectionRecipe {
  readonly type: number
  readonly offset: bigint
  readonly size: bigint
  readonly link?: number
}

/** A static executable that nothing is wrong with, but that it has neither boot header nor symbols. */
export const soundProgram: ProgramRecipe = {
  offset: 0x1000n,
  virtual: 0x10_0000n,
  fileSize: 0x100n,
  alignment: 0x1000n,
}

const sizes = {
  32: { header: 52, program: 32, section: 40, machine: 3 },
  64: { header: 64, program: 56, section: 64, machine: 62 },
}

/** The program headers follow the ELF header; the section headers end the file. */
export function elfBytes(recipe: ElfRecipe = {}): Uint8Array<ArrayBuffer> {
  const { bits = 64, type = 2, entry = 0x10_0000n, contents = [], sections = [], size = 0x1100 } = recipe
  const { programs = [soundProgram] } = recipe
  const layout = sizes[bits]
  const { machine = layout.machine } = recipe
  const end = Math.max(size, ...contents.map(({ at, bytes }) => at + bytes.length))
  const sectionsAt = sections.length === 0 ? 0 : end
  const file = new Fields(new Uint8Array(end + sections.length * layout.section))
  file.bytes.set([0x7f, 0x45, 0x4c, 0x46, bits === 32 ? 1 : 2, 1, 1])
  file.half(16, type).half(18, machine).word(20, 1)
  if (bits === 32) {
    file.word(24, Number(entry)).word(28, layout.header).word(32, sectionsAt)
  } else {
    file.long(24, entry).long(32, BigInt(layout.header)).long(40, BigInt(sectionsAt))
  }
  const counts = bits === 32 ? 40 : 52
  file
    .half(counts, layout.header)
    .half(counts + 2, layout.program)
    .half(counts + 4, programs.length)
  file.half(counts + 6, layout.section).half(counts + 8, sections.length)
  programs.forEach((program, index) => {
    writeProgram(file, layout.header + index * layout.program, program, bits)
  })
  for (const { at, bytes } of contents) file.bytes.set(bytes, at)
  sections.forEach((section, index) => {
    writeSection(file, sectionsAt + index * layout.section, section, bits)
  })
  return file.bytes
}

function writeProgram(file: Fields, at: number, program: ProgramRecipe, bits: 32 | 64): void {
  const { type = 1, access = 'r-x', offset = 0n, virtual = 0n, fileSize = 0n, alignment = 0n } = program
  const { physical = virtual, memorySize = fileSize } = program
  const flags = (access[0] === 'r' ? 4 : 0) | (access[1] === 'w' ? 2 : 0) | (access[2] === 'x' ? 1 : 0)
  file.word(at, type).word(at + (bits === 32 ? 24 : 4), flags)
  const places = bits === 32 ? [4, 8, 12, 16, 20, 28] : [8, 16, 24, 32, 40, 48]
  const values = [offset, virtual, physical, fileSize, memorySize, alignment]
  places.forEach((place, index) => {
    const value = values[index] ?? 0n
    if (bits === 32) file.word(at + place, Number(value))
    else file.long(at + place, value)
  })
}

function writeSection(
  file: Fields,
  at: number,
  { type, offset, size, link = 0 }: SectionRecipe,
  bits: 32 | 64,
): void {
  file.word(at + 4, type).word(at + (bits === 32 ? 24 : 40), link)
  if (bits === 32) file.word(at + 16, Number(offset)).word(at + 20, Number(size))
  else file.long(at + 24, offset).long(at + 32, size)
}

/** Little-endian fields, written. */
export class Fields {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #view: DataView

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(at: number, value: number): this {
    this.#view.setUint8(at, value)
    return this
  }

  half(at: number, value: number): this {
    this.#view.setUint16(at, value, true)
    return this
  }

  word(at: number, value: number): this {
    this.#view.setUint32(at, value, true)
    return this
  }

  long(at: number, value: bigint): this {
    this.#view.setBigUint64(at, value, true)
    return this
  }

  text(at: number, value: string): this {
    this.bytes.set(new TextEncoder().encode(value), at)
    return this
  }
}

/** 32-bit words, little-endian. */
export function words(...values: readonly number[]): Uint8Array {
  const fields = new Fields(new Uint8Array(values.length * 4))
  values.forEach((value, index) => {
    fields.word(index * 4, value >>> 0)
  })
  return fields.bytes
}
