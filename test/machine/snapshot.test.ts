import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { readRegisters } from '../../src/engines/embedded/registers.ts'
import { resetState } from '../../src/machine/cpu/control/reset.ts'
import { state as stateLayout } from '../../src/machine/cpu/state-layout.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { Machine } from '../../src/machine/machine.ts'
import { floatStateFor } from '../oracle/float-state.ts'
import { setFloatState } from '../oracle/our-cpu.ts'
import { Random } from '../oracle/random.ts'
import { bootExample } from './boot-example.ts'
import { registersOf, setRegisters } from './register-file.ts'

/** The whole run of the kernel has about 2.6 times as many. */
const wholeRun = 3_000

function powered(): Machine {
  return new Machine({ memoryMiB: 8, exit: null, serial: () => {} })
}

const boot = () => bootExample('higher-half')
const hashOf = ({ cpu }: Machine) => createHash('sha256').update(cpu.save()).update(cpu.ram).digest('hex')

/** A machine that never ran, with the state of another. */
function copyOf({ cpu }: Machine): Machine {
  const copy = powered()
  copy.cpu.ram.set(cpu.ram)
  copy.cpu.load(cpu.save())
  return copy
}

test('what was loaded is saved as the same bytes', () => {
  const machine = boot()
  for (let slice = 0; slice < 12; slice++) {
    machine.run(223)
    const saved = machine.cpu.save()
    const copy = copyOf(machine)
    expect(Buffer.compare(copy.cpu.save(), saved)).toBe(0)
  }
})

test('a run that is saved anywhere, and goes on elsewhere, ends as the whole run', () => {
  const whole = boot()
  whole.run(wholeRun)
  for (const at of [1, 10, 16, 33, 100, 1000, 1500, 2100, 2600, 2999]) {
    const first = boot()
    first.run(at)
    const second = copyOf(first)
    second.run(wholeRun - at)
    expect(hashOf(second), `saved after ${at}`).toBe(hashOf(whole))
  }
})

test('slices and decoded code leave no trace in what is saved', () => {
  const whole = boot()
  whole.run(wholeRun)
  const sliced = boot()
  for (let done = 0; done < wholeRun; done += 7) sliced.run(Math.min(7, wholeRun - done))
  expect(hashOf(sliced)).toBe(hashOf(whole))
})

test('x87, MXCSR, XMM registers and XCR0 are saved to the bit', () => {
  const units = rows.filter(({ facts }) => facts.fpu === 'sse-mmx')
  const random = new Random('saved floating point')
  for (let round = 0; round < 50; round++) {
    const [first, second] = [powered(), powered()]
    const float = floatStateFor(random.pick(units), `saved ${round}`)
    setFloatState(first.cpu, float)
    for (const at of [stateLayout.x87Instruction, stateLayout.x87Operand])
      first.state.setU64(at, random.long())
    first.state.setU32(stateLayout.x87Opcode, random.below(0x800))
    first.state.setU64(stateLayout.xcr0, BigInt(random.pick([1, 3, 0x203])))
    const saved = first.cpu.save()
    second.cpu.load(saved)
    expect(Buffer.compare(second.cpu.save(), saved)).toBe(0)
    const shown = (machine: Machine) => {
      const { x87, mxcsr, xmm } = readRegisters(machine)
      return { x87, mxcsr, xmm, xcr0: machine.state.u64(stateLayout.xcr0) }
    }
    expect(shown(second)).toEqual(shown(first))
    expect(shown(second).mxcsr).toBe(float.mxcsr)
  }
})

test('the line of a MONITOR that is over leaves no trace', () => {
  const fresh = powered()
  const used = powered()
  used.memory.poke(0x1000n, Uint8Array.of(0x0f, 0x01, 0xc8))
  resetState(used.state, 'power')
  setRegisters(used.cpu, { ...registersOf(boot().cpu), rip: 0x1000n })
  expect(used.run(1).kind).toBe('budget')
  for (const { cpu } of [fresh, used]) {
    resetState(cpu.state, 'power')
    cpu.state.setU64(stateLayout.units, 0n)
    cpu.settle()
  }
  expect(Buffer.compare(used.cpu.save(), fresh.cpu.save())).toBe(0)
})
