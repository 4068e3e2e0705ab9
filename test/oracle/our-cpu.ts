import type { Bits } from '../../src/machine/cpu/decode/decoder.ts'
import { rights, segment, state } from '../../src/machine/cpu/state-layout.ts'
import type { Machine } from '../../src/machine/machine.ts'
import { longMode } from '../machine/long-mode.ts'
import type { Case } from './cases.ts'
import { baseOf, codeAt, dataWindow, segment16, stackWindow, takenOffset } from './layout.ts'
import type { Result } from './vectors.ts'

/** More than any repeated instruction of the cases takes. */
const maxUnits = 10

const unknownEnd = 0x1000

/** The data TLB when a case begins: an empty one sends every access of memory through a slow handler. */
export type TlbAtStart = 'warm' | 'empty'

/** Our processor with the segments that `recorder.c` sets up. */
export class OurCpu {
  readonly #machines: Readonly<Record<Bits, Machine>> = { 16: segmented(), 32: flat(), 64: longMode(noCode) }

  run({ form, code, registers, rflags, data, stack }: Case, tlb: TlbAtStart): Result {
    const machine = this.#machines[form.bits]
    const { cpu } = machine
    if (tlb === 'empty') cpu.flushTlb()
    cpu.poke(codeAt, code)
    cpu.poke(dataWindow.at, data)
    cpu.poke(stackWindow.at, stack)
    registers.forEach((value, number) => {
      cpu.state.setU64(state.registers + 8 * number, value)
    })
    cpu.state.flags = rflags
    const start = BigInt(codeAt - baseOf(form.bits, 'code'))
    cpu.state.rip = start
    let [endedAt, errorCode] = [-1, 0]
    for (let unit = 0; unit < maxUnits && endedAt < 0; unit++) {
      const stop = machine.run(1)
      const moved = Number(cpu.state.rip - start)
      if (stop.kind === 'exception') {
        endedAt = 0x100 + stop.vector
        errorCode = stop.code
      } else if (stop.kind !== 'budget') endedAt = unknownEnd
      else if (moved === code.length) endedAt = 0
      else if (moved === takenOffset) endedAt = 1
    }
    const window = ({ at, bytes }: { at: number; bytes: number }) => cpu.ram.subarray(at, at + bytes)
    const general = Array.from({ length: 16 }, (_, number) => cpu.state.general(number))
    const memory = { data: window(dataWindow), stack: window(stackWindow) }
    return { registers: general, rflags: cpu.state.flags, endedAt, errorCode, ...memory }
  }
}

const noCode = new Uint8Array()

function flat(): Machine {
  return longMode(noCode, { cr0: 0x11, cr4: 0, efer: 0, long: false })
}

function segmented(): Machine {
  const machine = flat()
  const { state: cpu } = machine.cpu
  const data = rights.present | rights.nonSystem | rights.writable | rights.accessed
  const set = (number: number, base: number, limit: number, allowed: number) =>
    cpu.setSegment(number, { selector: 7, base: BigInt(base), limit, rights: allowed })
  set(segment.cs, segment16.code, segment16.codeLimit, data | rights.code)
  set(segment.ds, segment16.data, segment16.dataLimit, data)
  set(segment.es, segment16.data, segment16.dataLimit, data)
  set(segment.ss, segment16.stack, segment16.dataLimit, data)
  machine.cpu.settle()
  return machine
}
