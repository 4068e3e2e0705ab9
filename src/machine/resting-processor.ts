import type { Cpu } from './cpu/cpu.ts'
import { pageBytes, segment, state as stateLayout } from './cpu/state-layout.ts'
import { bytesOf, numberAt } from './firmware/bios/little-endian.ts'
import type { NumberBytes, ProcessorPort, SegmentName } from './firmware/bios/processor-port.ts'

const oneMiB = 0x10_0000
const fourGiB = 2 ** 32
const stackPointer = 4

/** The processor as firmware sees it, between two runs. */
export class RestingProcessor implements ProcessorPort {
  readonly #cpu: Cpu

  constructor(cpu: Cpu) {
    this.#cpu = cpu
  }

  get linearRip(): number {
    const { state } = this.#cpu
    const rip = state.u32(stateLayout.rip) + state.u32(stateLayout.rip + 4) * fourGiB
    return rip < fourGiB ? (state.u32(stateLayout.codeBase) + rip) % fourGiB : rip
  }

  get physicalRip(): number | null {
    const inPage = this.linearRip % pageBytes
    const page = this.#pageAt(this.linearRip - inPage)
    return page === null ? null : page + inPage
  }

  get stackTop(): number {
    const bytes = this.#cpu.state.stackBytes === 2 ? 2 : 4
    return (this.segmentBase('ss') + this.register(stackPointer, 0, bytes)) % fourGiB
  }

  jumpBy(bytes: number): void {
    this.#cpu.state.rip += BigInt(bytes)
  }

  register(number: number, offset: number, bytes: NumberBytes): number {
    const { view } = this.#cpu.state
    const at = stateLayout.registers + 8 * number + offset
    if (bytes === 1) return view.getUint8(at)
    return bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true)
  }

  setRegister(number: number, offset: number, bytes: NumberBytes, value: number): void {
    const { view } = this.#cpu.state
    const at = stateLayout.registers + 8 * number + offset
    if (bytes === 1) view.setUint8(at, value)
    else if (bytes === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
  }

  segmentBase(name: SegmentName): number {
    return this.#cpu.state.u32(stateLayout.segmentBases + 8 * segment[name])
  }

  selector(name: SegmentName): number {
    return this.#cpu.state.selector(segment[name])
  }

  setSelector(name: SegmentName, selector: number): void {
    this.#cpu.state.setParagraph(segment[name], selector)
    this.#cpu.settle()
  }

  read(linear: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    this.#eachPage(linear, length, (physical, done, count) => {
      if (physical === null) bytes.fill(0xff, done, done + count)
      else if (!this.#isChip(physical)) bytes.set(this.#memory.read(physical, count), done)
      else for (let i = 0; i < count; i++) bytes[done + i] = this.#memory.readChip(physical + i, 1)
    })
    return bytes
  }

  write(linear: number, bytes: Uint8Array): void {
    this.#eachPage(linear, bytes.length, (physical, done, count) => {
      if (physical === null) return
      const piece = bytes.subarray(done, done + count)
      if (this.#isChip(physical)) this.#memory.writeChipBytes(physical, piece)
      else this.#memory.write(physical, piece)
    })
  }

  readNumber(linear: number, bytes: NumberBytes): number {
    const inPage = linear % pageBytes
    if (inPage + bytes > pageBytes) return numberAt(this.read(linear, bytes), 0, bytes)
    const page = this.#pageAt(linear - inPage)
    return page === null ? 2 ** (8 * bytes) - 1 : this.#memory.readNumber(page + inPage, bytes)
  }

  writeNumber(linear: number, bytes: NumberBytes, value: number): void {
    const inPage = linear % pageBytes
    if (inPage + bytes > pageBytes) {
      this.write(linear, bytesOf(value, bytes))
      return
    }
    const page = this.#pageAt(linear - inPage)
    if (page !== null) this.#memory.writeNumber(page + inPage, bytes, value)
  }

  get isA20Open(): boolean {
    return this.#cpu.state.u32(stateLayout.a20) !== 0
  }

  openingA20(act: () => void): void {
    const { state } = this.#cpu
    const before = state.u32(stateLayout.a20)
    state.setU32(stateLayout.a20, 1)
    act()
    state.setU32(stateLayout.a20, before)
  }

  get #memory() {
    return this.#cpu.memory
  }

  /** The physical page that a page of linear memory is; null: none. */
  #pageAt(linear: number): number | null {
    if (this.#cpu.state.isPaging) return this.#cpu.pageOf(BigInt(linear % fourGiB))
    const physical = linear % fourGiB
    return this.isA20Open || Math.floor(physical / oneMiB) % 2 === 0 ? physical : physical - oneMiB
  }

  /** A range of linear memory page by page; `done` bytes are before a piece. */
  #eachPage(
    linear: number,
    length: number,
    visit: (physical: number | null, done: number, count: number) => void,
  ): void {
    for (let done = 0; done < length; ) {
      const inPage = (linear + done) % pageBytes
      const count = Math.min(length - done, pageBytes - inPage)
      const page = this.#pageAt(linear + done - inPage)
      visit(page === null ? null : page + inPage, done, count)
      done += count
    }
  }

  #isChip(physical: number): boolean {
    return physical < oneMiB && this.#memory.lowPage(physical) === 'chip'
  }
}
