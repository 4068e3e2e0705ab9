import { entryPoints, romSegment } from './bios-rom.ts'
import { ebda } from './data-area.ts'
import { answer, refuse, succeed } from './int15-call.ts'
import type { Service } from './service.ts'

const getConfiguration: Service = (frame) => {
  frame.setSegment('es', romSegment)
  frame.regs.bx = entryPoints.configuration
  return answer(frame)
}

const getDataArea: Service = (frame) => {
  frame.setSegment('es', ebda.segment)
  return succeed(frame)
}

/** BL: legacy, long, both. */
const mostModes = 3

/** A kernel says in which mode it will run: nothing depends on it. */
const noteTargetMode: Service = (frame) => {
  const { al, bl } = frame.regs
  return al === 0 && bl >= 1 && bl <= mostModes ? answer(frame) : refuse(frame)
}

export const configurationFunctions = new Map<number, Service>([
  [0xc0, getConfiguration],
  [0xc1, getDataArea],
  [0xec, noteTargetMode],
])
