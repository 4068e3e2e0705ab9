import type { Cpu } from './cpu/cpu.ts'
import { pageBytes, segment, state as stateLayout } from './cpu/state-layout.ts'
import type { ProcessorPort } from './firmware/bios/processor-port.ts'

/** The processor as firmware sees it, between two runs. */
export function restingProcessor(cpu: Cpu): ProcessorPort {
  const { state, memory } = cpu
  const { view } = state
  const at = (number: number, offset: number) => stateLayout.registers + 8 * number + offset
  return {
    get linearRip() {
      return Number(cpu.linearRip)
    },
    jumpBy: (bytes) => {
      state.rip += BigInt(bytes)
    },
    register(number, offset, bytes) {
      if (bytes === 1) return view.getUint8(at(number, offset))
      return bytes === 2 ? view.getUint16(at(number, offset), true) : view.getUint32(at(number, offset), true)
    },
    setRegister(number, offset, bytes, value) {
      if (bytes === 1) view.setUint8(at(number, offset), value)
      else if (bytes === 2) view.setUint16(at(number, offset), value, true)
      else view.setUint32(at(number, offset), value, true)
    },
    segmentBase: (name) => Number(state.segment(segment[name]).base),
    selector: (name) => state.selector(segment[name]),
    setSelector(name, selector) {
      state.setParagraph(segment[name], selector)
      cpu.settle()
    },
    read(linear, length) {
      const bytes = new Uint8Array(length)
      for (const { physical, done, count } of piecesOf(cpu, linear, length)) {
        if (physical === null) bytes.fill(0xff, done, done + count)
        else if (!isChip(physical)) bytes.set(memory.read(physical, count), done)
        else for (let i = 0; i < count; i++) bytes[done + i] = memory.readChip(physical + i, 1)
      }
      return bytes
    },
    write(linear, bytes) {
      for (const { physical, done, count } of piecesOf(cpu, linear, bytes.length)) {
        if (physical === null) continue
        if (!isChip(physical)) memory.write(physical, bytes.subarray(done, done + count))
        else for (let i = 0; i < count; i++) memory.writeChip(physical + i, 1, bytes[done + i] ?? 0)
      }
    },
    get isA20Open() {
      return state.u32(stateLayout.a20) !== 0
    },
    openingA20(act) {
      const before = state.u32(stateLayout.a20)
      state.setU32(stateLayout.a20, 1)
      act()
      state.setU32(stateLayout.a20, before)
    },
  }

  function isChip(physical: number): boolean {
    return physical < lowMemory && memory.lowPage(physical) === 'chip'
  }
}

const lowMemory = 0x10_0000

/** A range of linear memory page by page; `done` bytes are before a piece. */
function* piecesOf(cpu: Cpu, linear: number, length: number) {
  for (let done = 0; done < length; ) {
    const from = (linear + done) % 2 ** 32
    const inPage = from % pageBytes
    const count = Math.min(length - done, pageBytes - inPage)
    const page = cpu.state.isPaging ? cpu.pageOf(BigInt(from)) : from - inPage
    yield { physical: page === null ? null : page + inPage, done, count }
    done += count
  }
}
