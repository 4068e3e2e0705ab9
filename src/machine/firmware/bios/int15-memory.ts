import type { MemoryRange } from '../tables/memory-map.ts'
import { answer, bySubfunction, refuse, succeed } from './int15-call.ts'
import { numberAt } from './little-endian.ts'
import type { Platform, Service } from './service.ts'

const kib = 2 ** 10
const mib = 2 ** 20
const smap = 0x534d_4150

/** Bytes of an entry without and with extended attributes, of which the lowest bit says that it counts. */
const entryBytes = { plain: 20, extended: 24 } as const
const attributes = { at: 20, enabled: 1 } as const

/** Available bytes from 1 MiB on in one piece. */
function extendedBytes({ memoryMap }: Platform): number {
  const range = memoryMap.find(({ start, type }) => start === mib && type === 1)
  return range ? range.end - range.start : 0
}

function entryOf({ start, end, type }: MemoryRange): Uint8Array {
  const view = new DataView(new ArrayBuffer(entryBytes.extended))
  view.setBigUint64(0, BigInt(start), true)
  view.setBigUint64(8, BigInt(end - start), true)
  view.setUint32(16, type, true)
  view.setUint32(attributes.at, attributes.enabled, true)
  return new Uint8Array(view.buffer)
}

/** EBX is the entry to tell, then the next, 0 behind the last. */
const tellMap: Service = (frame, { memoryMap }) => {
  const { regs } = frame
  const range = memoryMap[regs.ebx]
  if (regs.edx !== smap || regs.ecx < entryBytes.plain || !range) return refuse(frame)
  const count = regs.ecx < entryBytes.extended ? entryBytes.plain : entryBytes.extended
  frame.write('es', regs.di, entryOf(range).subarray(0, count))
  Object.assign(regs, { eax: smap, ebx: (regs.ebx + 1) % memoryMap.length, ecx: count })
  return succeed(frame)
}

/** KiB from 1 to 16 MiB, and blocks of 64 KiB above. */
const tellSizes: Service = (frame, platform) => {
  const { regs } = frame
  const bytes = extendedBytes(platform)
  const below = Math.min(bytes, 15 * mib)
  const [kibBelow, blocksAbove] = [below / kib, (bytes - below) / (64 * kib)]
  Object.assign(regs, { ax: kibBelow, bx: blocksAbove, cx: kibBelow, dx: blocksAbove })
  return succeed(frame)
}

/** KiB from 1 MiB on, up to 64 MiB. */
const tellExtended: Service = (frame, platform) => {
  frame.regs.ax = Math.min(extendedBytes(platform), 63 * mib) / kib
  return succeed(frame)
}

/** Of the descriptor table at ES:SI. */
const descriptor = { source: 0x10, target: 0x18, bytes: 0x20 } as const
/** Of one segment. */
const mostWords = 0x8000
/** What the move takes, in ticks a byte. */
const ticksPerByte = 1
const parameterError = 0x02

/** CX words between two segments of a descriptor table, anywhere in 4 GiB. */
const moveBlock: Service = (frame, { memory, charge }) => {
  const { cx, si } = frame.regs
  if (cx > mostWords) return answer(frame, parameterError)
  const table = frame.read('es', si, descriptor.bytes)
  const [source, target] = [descriptor.source, descriptor.target].map((at) => baseOf(table, at))
  charge(2 * cx * ticksPerByte)
  memory.openingA20(() => memory.write(target ?? 0, memory.read(source ?? 0, 2 * cx)))
  return answer(frame)
}

/** The base of a segment descriptor. */
function baseOf(table: Uint8Array, at: number): number {
  return numberAt(table, at + 2, 2) + (table[at + 4] ?? 0) * 2 ** 16 + (table[at + 7] ?? 0) * 2 ** 24
}

export const memoryFunctions = new Map<number, Service>([
  [0x87, moveBlock],
  [0x88, tellExtended],
  [
    0xe8,
    bySubfunction([
      [0x01, tellSizes],
      [0x20, tellMap],
    ]),
  ],
])
