import type { Chip } from '../../../src/machine/bus/chip.ts'
import { PhysicalMemory } from '../../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../../src/machine/bus/port-space.ts'
import { resetState } from '../../../src/machine/cpu/control/reset.ts'
import { Cpu, type CpuStop } from '../../../src/machine/cpu/cpu.ts'
import { ramBase, state } from '../../../src/machine/cpu/state-layout.ts'
import { address, romBytes } from './layout.ts'
import type { BochsModel } from './probe.ts'
import type { RomRun } from './record.ts'
import type { Step } from './trace.ts'
import '../../machine/generated-core.ts'

const ramBytes = 4 * 2 ** 20
/** Code lies below: what has been decoded from it is to be forgotten. */
const blank = new Uint8Array(2 ** 20)
const debugPort = 0xe9
const exitPorts = [0xf4, 0x8900] as const
/** More than the longest probe takes, with its record. */
const maxUnits = 2_000_000
/** Optional features of our model: protection keys. */
const withKeys = 2

/** A chip that is told what is written, and reads as its port's number, which is what Bochs has at E9. */
function listener(write: (value: number) => void): Chip {
  return {
    read: () => debugPort,
    write: (_offset, _size, value) => write(value),
  }
}

class ProbeMachine {
  readonly #cpu: Cpu
  readonly #rom: Uint8Array
  readonly #sent: number[] = []
  #isOver = false

  constructor(rom: Uint8Array) {
    const ports = new PortSpace()
    this.#cpu = new Cpu(new PhysicalMemory(ramBytes, { image: rom, hasShadow: true }), ports)
    this.#rom = new Uint8Array(this.#cpu.ram.buffer, ramBase + ramBytes, romBytes)
    ports.attach(
      debugPort,
      1,
      listener((value) => this.#sent.push(value)),
    )
    const end = listener(() => {
      this.#isOver = true
      this.#cpu.requestStop()
    })
    for (const port of exitPorts) ports.attach(port, 1, end)
  }

  run(rom: Uint8Array, model: BochsModel): RomRun {
    this.#powerOn(rom, model)
    const { stop } = this.#cpu.run(maxUnits)
    const ending = this.#isOver ? 'shutdown' : endingOf(stop, this.#cpu)
    return { output: String.fromCharCode(...this.#sent), ending }
  }

  trace(rom: Uint8Array, model: BochsModel, steps: number): readonly Step[] {
    const { state: now } = this.#cpu
    this.#powerOn(rom, model)
    const linear = () => BigInt.asUintN(64, now.u64(state.codeBase) + now.rip)
    for (let unit = 0; linear() !== BigInt(address.code); unit++) {
      if (unit === maxUnits) throw new Error('The code of the probe is never reached')
      this.#cpu.run(1)
    }
    return Array.from({ length: steps }, () => {
      const registers = Array.from({ length: 16 }, (_, number) => now.general(number))
      const step = { rip: now.rip, flags: now.flags, registers }
      this.#cpu.run(1)
      return step
    })
  }

  /** ROMs differ in what their code reads, not in the code: nothing that was decoded from them is stale. */
  #powerOn(rom: Uint8Array, model: BochsModel): void {
    const cpu = this.#cpu
    this.#rom.set(rom)
    cpu.memory.write(0, blank)
    cpu.ram.fill(0, blank.length)
    this.#sent.length = 0
    this.#isOver = false
    resetState(cpu.state, 'power')
    cpu.state.setU64(state.units, 0n)
    cpu.state.setU32(state.pending, 0)
    cpu.state.setU32(state.a20, 1)
    cpu.state.setU32(state.optionalFeatures, model === 'corei7_icelake_u' ? withKeys : 0)
    cpu.settle()
  }
}

let shared: ProbeMachine | undefined

/** Runs a ROM on our processor, from its reset vector. */
export function runRom(rom: Uint8Array, model: BochsModel = 'corei7_skylake_x'): RomRun {
  shared ??= new ProbeMachine(rom)
  return shared.run(rom, model)
}

/** Steps a ROM as `traceInBochs` does. */
export function traceOurs(rom: Uint8Array, model: BochsModel, steps: number): readonly Step[] {
  shared ??= new ProbeMachine(rom)
  return shared.trace(rom, model, steps)
}

/** In the words that `bochs.ts` has for Bochs' log. */
function endingOf(stop: CpuStop, cpu: Cpu): string {
  if (stop.kind === 'tripleFault') return 'triple fault'
  return stop.kind === 'halted' ? 'dead halt' : `${stop.kind} at ${cpu.state.rip.toString(16)}`
}
