/** How a mode keeps what it shows. `cga`: rows by turns in two banks; `planar`: a bit in each plane. */
type ModeKind = VgaKind | 'pixels'
type VgaKind = 'text' | 'cga' | 'planar' | 'bytes'

/** What a BIOS knows of a mode besides its registers. */
export interface ModeFacts {
  readonly number: number
  readonly kind: ModeKind
  readonly columns: number
  readonly rows: number
  /** Lines of a character. */
  readonly height: 8 | 14 | 16
  /** Linear address of what it shows. */
  readonly memory: number
  readonly pageBytes: number
  readonly pages: number
  /** Bits of a pixel. */
  readonly depth: number
}

/** Of a mode of the VGA's own. */
export interface VgaModeFacts extends ModeFacts {
  readonly kind: VgaKind
}

type Row = readonly [
  kind: VgaKind,
  columns: number,
  rows: number,
  height: ModeFacts['height'],
  memory: number,
  pageBytes: number,
  pages: number,
  depth: number,
]

const [color, monochrome, graphics] = [0xb_8000, 0xb_0000, 0xa_0000]

/** IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h function 00h. */
const rows: Readonly<Record<number, Row>> = {
  0: ['text', 40, 25, 16, color, 0x800, 8, 4],
  1: ['text', 40, 25, 16, color, 0x800, 8, 4],
  2: ['text', 80, 25, 16, color, 0x1000, 8, 4],
  3: ['text', 80, 25, 16, color, 0x1000, 8, 4],
  4: ['cga', 40, 25, 8, color, 0x4000, 1, 2],
  5: ['cga', 40, 25, 8, color, 0x4000, 1, 2],
  6: ['cga', 80, 25, 8, color, 0x4000, 1, 1],
  7: ['text', 80, 25, 16, monochrome, 0x1000, 8, 4],
  13: ['planar', 40, 25, 8, graphics, 0x2000, 8, 4],
  14: ['planar', 80, 25, 8, graphics, 0x4000, 4, 4],
  16: ['planar', 80, 25, 14, graphics, 0x8000, 2, 4],
  17: ['planar', 80, 30, 16, graphics, 0xa000, 1, 1],
  18: ['planar', 80, 30, 16, graphics, 0xa000, 1, 4],
  19: ['bytes', 40, 25, 8, graphics, 0x2000, 1, 8],
}

export function modeFacts(number: number): VgaModeFacts | null {
  const row = rows[number]
  if (!row) return null
  const [kind, columns, lines, height, memory, pageBytes, pages, depth] = row
  return { number, kind, columns, rows: lines, height, memory, pageBytes, pages, depth }
}
