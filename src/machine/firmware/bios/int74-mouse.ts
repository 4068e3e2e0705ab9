import { ebda } from './data-area.ts'
import { mouseFlag } from './int15-mouse.ts'
import { takeMouseByte } from './mouse-port.ts'
import type { Service } from './service.ts'

/** Where the bytes of a packet gather. */
const packetAt = ebda.at + 0x28
const first = { status: 0, x: 1, y: 2 } as const

/**
 * IRQ 12: collects the bytes of a packet. SI tells the handler in ROM whether one is complete; then AX, BX,
 * CX and DX are what it pushes, and DS:22h is whom it calls.
 */
export const int74: Service = (frame, platform) => {
  const { regs } = frame
  const { data, memory, ports } = platform
  regs.si = 0
  const byte = takeMouseByte(ports)
  if (byte === null || (data.mouseSize & mouseFlag.hasHandler) === 0) return 'done'
  const count = data.mouseCount & mouseFlag.count
  memory.write(packetAt + count, Uint8Array.of(byte))
  const isComplete = count >= (data.mouseSize & mouseFlag.count)
  data.mouseCount = isComplete ? 0 : count + 1
  if (!isComplete) return 'done'
  const packet = memory.read(packetAt, 4)
  const byteOf = (at: number) => packet[at] ?? 0
  Object.assign(regs, { ax: byteOf(first.status), bx: byteOf(first.x), cx: byteOf(first.y), dx: 0, si: 1 })
  frame.setSegment('ds', ebda.segment)
  return 'done'
}
