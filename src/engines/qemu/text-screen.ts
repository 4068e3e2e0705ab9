import type { TextScreen } from '../../observe/screen.ts'
import type { QtestClient } from './qtest-client.ts'
import { oddEven, readVgaRegisters, type VgaRegisters, withGraphicsRegisters } from './vga-registers.ts'

/**
 * The text screen, or null when the VGA is in a graphics mode (VBE modes included: QEMU sets the same bit for
 * them). The machine must stand still.
 */
export function readTextScreen(qtest: QtestClient): Promise<TextScreen | null> {
  return qtest.exclusively(async () => {
    const registers = await readVgaRegisters(qtest)
    const layout = textLayout(registers)
    if (layout === null) return null
    if (layout === 'blank') return blankScreen(standardColumns, standardRows)
    if (!registers.displayOn) return blankScreen(layout.columns, layout.rows)
    return cutTextScreen(layout, await readWindow(qtest, registers, layout))
  })
}

/** Where the cells of a text mode lie: counted in cells (2 bytes) from the start of the video memory. */
interface TextLayout {
  readonly columns: number
  readonly rows: number
  readonly start: number
  /** From one row to the next. */
  readonly pitch: number
  /** Of the cell under the cursor; null when the cursor is switched off. */
  readonly cursor: number | null
  readonly blinks: boolean
}

/** Null: a graphics mode. `blank`: no mode was ever set. */
function textLayout(registers: VgaRegisters): TextLayout | 'blank' | null {
  const crtc = (register: number): number => registers.crtc[register] ?? 0
  const graphicsMode = ((registers.graphics[6] ?? 0) & 1) === 1
  if (graphicsMode) return null
  const overflow = crtc(0x07)
  const scanLines = (crtc(0x12) | ((overflow & 0x02) << 7) | ((overflow & 0x40) << 3)) + 1
  const cellLines = (crtc(0x09) & 0x1f) + 1
  const doubled = (crtc(0x09) & 0x80) !== 0
  const columns = crtc(0x01) + 1
  const rows = Math.floor(scanLines / (doubled ? cellLines * 2 : cellLines))
  // Before the first mode set all registers are 0.
  if (crtc(0x13) === 0 || rows === 0) return 'blank'
  return {
    columns,
    rows,
    start: (crtc(0x0c) << 8) | crtc(0x0d),
    pitch: crtc(0x13) * 2,
    cursor: cursorCell(crtc, cellLines),
    blinks: (registers.attributeMode & 0x08) !== 0,
  }
}

/** The cursor shows from its first to its last scan line, if there is such a line in the cell. */
function cursorCell(crtc: (register: number) => number, cellLines: number): number | null {
  const off = (crtc(0x0a) & 0x20) !== 0
  const first = crtc(0x0a) & 0x1f
  const last = Math.min(crtc(0x0b) & 0x1f, cellLines - 1)
  return off || first > last ? null : (crtc(0x0e) << 8) | crtc(0x0f)
}

/** Code and attribute of 16 Ki cells: what the processor sees of the text memory. */
const windowSize = 0x8000
const windowCells = windowSize / 2
const colorWindow = 0xb8000n
const monochromeWindow = 0xb0000n

/**
 * Cuts the visible rows out of `window` (code, attribute, code, …), which wraps after {@link windowSize}
 * bytes.
 */
function cutTextScreen(layout: TextLayout, window: Uint8Array): TextScreen {
  const { columns, rows, start, pitch, blinks } = layout
  const codes = new Uint8Array(columns * rows)
  const attributes = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const cell = (start + row * pitch + column) % windowCells
      codes[row * columns + column] = window[cell * 2] ?? 0
      attributes[row * columns + column] = window[cell * 2 + 1] ?? 0
    }
  }
  return { kind: 'text', columns, rows, codes, attributes, cursor: cursorPosition(layout), blinks }
}

function cursorPosition({ columns, rows, start, pitch, cursor }: TextLayout): TextScreen['cursor'] {
  if (cursor === null || cursor < start) return null
  const row = Math.floor((cursor - start) / pitch)
  const column = (cursor - start) % pitch
  return row < rows && column < columns ? { row, column } : null
}

const standardColumns = 80
const standardRows = 25
const space = 0x20
const lightGrayOnBlack = 0x07

function blankScreen(columns: number, rows: number): TextScreen {
  return {
    kind: 'text',
    columns,
    rows,
    codes: new Uint8Array(columns * rows).fill(space),
    attributes: new Uint8Array(columns * rows).fill(lightGrayOnBlack),
    cursor: null,
    blinks: true,
  }
}

const readMapSelect = 4
const graphicsMode = 5
const miscellaneous = 6

/**
 * The text memory as far as `layout` shows it. A guest that loads a font has the video memory mapped
 * elsewhere for a moment, so the mapping is set right for the read where it is not as text modes have it.
 */
async function readWindow(
  qtest: QtestClient,
  { graphics }: VgaRegisters,
  layout: TextLayout,
): Promise<Uint8Array> {
  const memoryMap = ((graphics[miscellaneous] ?? 0) >> 2) & 3
  const last = (layout.start + (layout.rows - 1) * layout.pitch + layout.columns) * 2
  const size = Math.min(last, windowSize)
  const asText = ((graphics[graphicsMode] ?? 0) & oddEven) !== 0 && (graphics[readMapSelect] ?? 0) === 0
  if (asText && memoryMap === 3) return qtest.readPhysical(colorWindow, size)
  if (asText && memoryMap === 2) return qtest.readPhysical(monochromeWindow, size)
  const mapping = new Map([
    [readMapSelect, 0],
    [graphicsMode, oddEven],
    [miscellaneous, 0x0e],
  ])
  return withGraphicsRegisters(qtest, mapping, graphics, () => qtest.readPhysical(colorWindow, size))
}
