import type { Platform, Service } from '../bios/service.ts'
import { characterCells } from './character-cells.ts'
import { cursorOf, moveCursor, shapeCursor, showPage } from './cursor.ts'
import { factsNow } from './facts-now.ts'
import { teletype } from './teletype.ts'

const setCursorShape: Service = ({ regs }, platform) => {
  shapeCursor(platform, regs.ch, regs.cl)
  return 'done'
}

const setCursor: Service = ({ regs }, platform) => {
  moveCursor(platform, regs.bh, { column: regs.dl, row: regs.dh })
  return 'done'
}

const getCursor: Service = ({ regs }, platform) => {
  const { column, row } = cursorOf(platform, regs.bh)
  Object.assign(regs, { cx: platform.data.cursorShape, dl: column, dh: row })
  return 'done'
}

/** A light pen: there is none. */
const readPen: Service = ({ regs }) => {
  regs.ah = 0
  return 'done'
}

const selectPage: Service = ({ regs }, platform) => {
  const facts = factsNow(platform)
  if (facts && regs.al < facts.pages) showPage(platform, regs.al, facts.kind === 'text')
  return 'done'
}

/** Up (6) and down (7). No lines, or too many, make the window blank. */
const scroll =
  (direction: 1 | -1): Service =>
  (frame, platform) => {
    const { al, bh, ch, cl, dh, dl } = frame.regs
    const { columns, lastRow, page } = platform.data
    const window = {
      page,
      ...{ left: cl, top: ch, right: Math.min(dl, columns - 1), bottom: Math.min(dh, lastRow) },
    }
    if (window.left > window.right || window.top > window.bottom) return 'done'
    const height = window.bottom - window.top + 1
    const lines = al === 0 || al > height ? height : al
    characterCells(platform)?.scroll(window, direction * lines, bh)
    return 'done'
  }

const readCell: Service = ({ regs }, platform) => {
  const { column, row } = cursorOf(platform, regs.bh)
  const { code, attribute } = characterCells(platform)?.get(regs.bh, column, row) ?? { code: 0, attribute: 0 }
  Object.assign(regs, { al: code, ah: attribute })
  return 'done'
}

/** With an attribute (9), and without (0Ah), which graphics modes have nevertheless: as a color. */
const writeCells =
  (hasAttribute: boolean): Service =>
  (frame, platform) => {
    const { al, bh, bl, cx } = frame.regs
    const isText = factsNow(platform)?.kind === 'text'
    repeatCell(platform, { page: bh, code: al, attribute: hasAttribute || !isText ? bl : null, count: cx })
    return 'done'
  }

interface RepeatedCell {
  readonly page: number
  readonly code: number
  readonly attribute: number | null
  readonly count: number
}

function repeatCell(platform: Platform, { page, code, attribute, count }: RepeatedCell): void {
  const { columns, lastRow } = platform.data
  const cells = characterCells(platform)
  const { column, row } = cursorOf(platform, page)
  const first = row * columns + column
  const last = Math.min(first + count, (lastRow + 1) * columns)
  for (let cell = first; cell < last; cell++) {
    cells?.put(page, cell % columns, Math.floor(cell / columns), code, attribute)
  }
}

const writeTeletype: Service = ({ regs }, platform) => {
  const isText = factsNow(platform)?.kind === 'text'
  teletype(platform, platform.data.page, regs.al, isText ? null : regs.bl)
  return 'done'
}

const getMode: Service = ({ regs }, { data }) => {
  const noClear = data.videoControl & 0x80
  Object.assign(regs, { al: data.videoMode | noClear, ah: data.columns, bh: data.page })
  return 'done'
}

const string = { movesCursor: 1, hasAttributes: 2 } as const

/** Function 13h. */
const writeString: Service = (frame, platform) => {
  const { al, bh, bl, bp, cx, dh, dl } = frame.regs
  const size = al & string.hasAttributes ? 2 : 1
  const bytes = frame.read('es', bp, cx * size)
  const before = cursorOf(platform, bh)
  moveCursor(platform, bh, { column: dl, row: dh })
  for (let at = 0; at < bytes.length; at += size) {
    teletype(platform, bh, bytes[at] ?? 0, size === 2 ? (bytes[at + 1] ?? 0) : bl)
  }
  if ((al & string.movesCursor) === 0) moveCursor(platform, bh, before)
  return 'done'
}

/** Functions of characters and cursors, by AH (Ralf Brown's Interrupt List). */
export const textFunctions: ReadonlyMap<number, Service> = new Map([
  [0x01, setCursorShape],
  [0x02, setCursor],
  [0x03, getCursor],
  [0x04, readPen],
  [0x05, selectPage],
  [0x06, scroll(1)],
  [0x07, scroll(-1)],
  [0x08, readCell],
  [0x09, writeCells(true)],
  [0x0a, writeCells(false)],
  [0x0e, writeTeletype],
  [0x0f, getMode],
  [0x13, writeString],
])
