import { textMemory } from '../../layout.ts'
import { byFunction, type Platform, type Service } from './service.ts'
import { teletype } from './teletype.ts'

const shape = 0x0607

/** Text mode 3, whatever was asked for. */
const setMode: Service = (frame, { data, memory }) => {
  const cells = new Uint16Array(textMemory.bytes / 2).fill(textMemory.blank)
  memory.write(textMemory.at, new Uint8Array(cells.buffer))
  Object.assign(data, { videoMode: 3, columns: textMemory.columns, cursorColumn: 0, cursorRow: 0 })
  data.cursorShape = shape
  frame.regs.al = 0x30
  return 'done'
}

const setCursor: Service = ({ regs }, { data }) => {
  Object.assign(data, { cursorRow: regs.dh, cursorColumn: regs.dl })
  return 'done'
}

const getCursor: Service = ({ regs }, { data }) => {
  regs.cx = data.cursorShape
  Object.assign(regs, { dh: data.cursorRow, dl: data.cursorColumn })
  return 'done'
}

const write: Service = ({ regs }, platform: Platform) => {
  teletype(platform, regs.al)
  return 'done'
}

const getMode: Service = ({ regs }, { data }) => {
  Object.assign(regs, { al: data.videoMode, ah: data.columns, bh: data.page })
  return 'done'
}

/** INT 10h: the screen. */
export const int10 = byFunction(
  new Map<number, Service>([
    [0x00, setMode],
    [0x02, setCursor],
    [0x03, getCursor],
    [0x0e, write],
    [0x0f, getMode],
  ]),
  () => 'done',
)
