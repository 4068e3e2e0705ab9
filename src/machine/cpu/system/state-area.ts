import { segment } from '../state-layout.ts'
import { vector } from '../vector.ts'
import { GuestFault } from './guest-fault.ts'
import type { Operation } from './operation.ts'
import type { Processor } from './processor.ts'

/** From the first byte of an area to the one behind the last, both multiples of 8. */
export type Range = readonly [from: number, to: number]

/**
 * The memory operand of FXSAVE, XSAVE and their kin: aligned, or #GP(0) before all else. The manual leaves it
 * to the processor whether #AC comes first: here it never does, as in Bochs.
 */
export class StateArea {
  readonly #processor: Processor
  readonly #operation: Operation

  /** @throws GuestFault #GP(0) */
  constructor(processor: Processor, operation: Operation, alignment: 16 | 64) {
    this.#processor = processor
    this.#operation = operation
    const { state: cpu } = processor
    const base = cpu.is64Bit && operation.segment < segment.fs ? 0n : cpu.segment(operation.segment).base
    const isAligned = (base + operation.offset()) % BigInt(alignment) === 0n
    if (!isAligned) throw new GuestFault(vector.generalProtection)
  }

  /** Fills ranges of `image`, which is the area from its first byte on. @throws GuestFault */
  read(image: DataView, ranges: readonly Range[]): void {
    const { memory } = this.#processor
    for (const [from, to] of joined(ranges)) {
      const linear = this.#operation.linear(BigInt(from), to - from, 'r')
      memory.readBytes(linear, bytesOf(image, from, to), this.#operation.privilege)
    }
  }

  /** Writes ranges of `image`, all of them or nothing. @throws GuestFault */
  write(image: DataView, ranges: readonly Range[]): void {
    const { memory } = this.#processor
    const { privilege } = this.#operation
    const parts = joined(ranges).map(([from, to]) => ({
      linear: this.#operation.linear(BigInt(from), to - from, 'w'),
      bytes: bytesOf(image, from, to),
    }))
    for (const { linear, bytes } of parts) memory.probeWrite(linear, bytes.length, privilege)
    for (const { linear, bytes } of parts) memory.writeBytes(linear, bytes, privilege)
  }
}

/** Neighbours as one: each range costs a look at its segment and its pages. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = []
  for (const [from, to] of ranges) {
    const last = result.at(-1)
    if (last?.[1] === from) result.splice(-1, 1, [last[0], to])
    else result.push([from, to])
  }
  return result
}

const bytesOf = (image: DataView, from: number, to: number) =>
  new Uint8Array(image.buffer, image.byteOffset + from, to - from)
