import { buffer } from './aml.ts'
import { type Bytes, u8, u16, u32 } from './table-fields.ts'

/** `ResourceTemplate () { … }` of descriptors (ACPI specification 6.0, section 6.4). */
export function resourceTemplate(...descriptors: readonly Bytes[]): Bytes {
  return buffer([...descriptors.flat(), ...endTag])
}

/** The checksum of 0 says that there is none. */
const endTag: Bytes = [0x79, 0]

/** `IO (Decode16, first, first, 1, count)`. */
export function io({ first, count }: { readonly first: number; readonly count: number }): Bytes {
  const decode16 = 1
  return [0x47, decode16, ...u16(first), ...u16(first), ...u8(1), ...u8(count)]
}

/** `IRQNoFlags () { number }`: edge-triggered and active high, as on the ISA bus. */
export function irqNoFlags(number: number): Bytes {
  return [0x22, ...u16(1 << number)]
}

/** `DMA (Compatibility, NotBusMaster, Transfer8) { channel }`. */
export function dma(channel: number): Bytes {
  return [0x2a, ...u8(1 << channel), ...u8(0)]
}

/** `[first, last]` of what a bridge hands on to its bus. */
interface Window {
  readonly first: number
  readonly last: number
}

/** Both ends are fixed, positive decoding, by a producer. */
const fixedRange = 0x0c
const resourceType = { memory: 0, io: 1, bus: 2 } as const
const entireRange = 3
const readWrite = 1

/** `WordBusNumber`. */
export function busNumbers(window: Window): Bytes {
  return wordSpace(resourceType.bus, 0, window)
}

/** `WordIO`, both ISA and other addresses. */
export function ioWindow(window: Window): Bytes {
  return wordSpace(resourceType.io, entireRange, window)
}

/** `DWordMemory`, not cacheable. */
export function memoryWindow({ first, last }: Window): Bytes {
  const fields = [0, first, last, 0, last - first + 1].flatMap(u32)
  return [0x87, ...u16(23), resourceType.memory, fixedRange, readWrite, ...fields]
}

function wordSpace(type: number, flags: number, { first, last }: Window): Bytes {
  const fields = [0, first, last, 0, last - first + 1].flatMap(u16)
  return [0x88, ...u16(13), type, fixedRange, flags, ...fields]
}
