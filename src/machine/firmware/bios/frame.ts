import type { ProcessorPort, SegmentName } from './processor-port.ts'
import type { Registers } from './registers.ts'

const flagBit = { cf: 0x01, zf: 0x40, if: 0x200 } as const

/** Offsets of what an interrupt pushes, from SP. */
const pushed = { ip: 0, cs: 2, flags: 4 } as const

/**
 * One call of a service, seen through the guest's own segments: SS:SP points to IP, CS and FLAGS; of a far
 * call to FLAGS.
 */
export class Frame {
  readonly regs: Registers
  /** It was called before, and answered when it wants to be called again. */
  readonly isRepeated: boolean
  /** What it then wanted to be told. */
  readonly memo: number
  readonly #cpu: ProcessorPort
  readonly #isFar: boolean

  constructor(cpu: ProcessorPort, regs: Registers, memo: number | null, isFar: boolean) {
    this.#cpu = cpu
    this.#isFar = isFar
    this.regs = regs
    this.isRepeated = memo !== null
    this.memo = memo ?? 0
  }

  /** Sets a flag that the caller finds when the service returns. */
  flag(name: keyof typeof flagBit, isOn: boolean): void {
    const at = this.#isFar ? this.#cpu.stackTop : this.#topAt(pushed.flags)
    const flags = this.#cpu.readNumber(at, 2)
    this.#cpu.writeNumber(at, 2, isOn ? flags | flagBit[name] : flags & ~flagBit[name])
  }

  /** The service returns there. */
  returnTo(segment: number, offset: number): void {
    this.#setTop(pushed.ip, offset)
    this.#setTop(pushed.cs, segment)
  }

  selector(segment: SegmentName): number {
    return this.#cpu.selector(segment)
  }

  linear(segment: SegmentName, offset: number): number {
    return this.#cpu.segmentBase(segment) + offset
  }

  read(segment: SegmentName, offset: number, length: number): Uint8Array {
    return this.#cpu.read(this.linear(segment, offset), length)
  }

  write(segment: SegmentName, offset: number, bytes: Uint8Array): void {
    this.#cpu.write(this.linear(segment, offset), bytes)
  }

  setSegment(name: SegmentName, selector: number): void {
    this.#cpu.setSelector(name, selector)
  }

  #setTop(offset: number, value: number): void {
    this.#cpu.writeNumber(this.#topAt(offset), 2, value)
  }

  #topAt(offset: number): number {
    return this.linear('ss', (this.regs.sp + offset) & 0xffff)
  }
}
