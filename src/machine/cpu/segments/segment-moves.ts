import { segment, shadow, state } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { moveStack, type Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstruction, SystemInstructions } from '../system/system-instruction.ts'
import { vector } from '../vector.ts'
import { checkLoad } from './load-segment.ts'

/** Loads of segment registers and stores of selectors (SDM volume 2, MOV, PUSH, POP, LDS). */
export const segmentMoves: SystemInstructions = {
  'MOV Sw,Ew': load,
  'MOV Ew,Sw': store,
  PUSHS: push,
  POPS: pop,
  LDS: loader(segment.ds),
  LES: loader(segment.es),
  LFS: loader(segment.fs),
  LGS: loader(segment.gs),
  LSS: loader(segment.ss),
}

function load(cpu: Processor, operation: Operation): Outcome {
  const number = operation.number(0)
  if (number === segment.cs || number > segment.gs) throw new GuestFault(vector.undefined)
  checkLoad(cpu, number, Number(operation.read(1, 2)))()
  if (number === segment.ss) holdEvents(cpu)
  return 'next'
}

/** To memory always 16 bits; a register is written as wide as the operand size. */
function store({ state: cpu }: Processor, operation: Operation): Outcome {
  const number = operation.number(1)
  if (number > segment.gs) throw new GuestFault(vector.undefined)
  operation.write(0, cpu.selector(number), operation.isMemory(0) ? 2 : operation.bytes)
  return 'next'
}

/**
 * 32 bits are pushed by writing 16 of them, as all recent Intel processors do; 64 bits are zero-extended
 * (SDM volume 2, PUSH).
 */
function push({ state: cpu, memory }: Processor, operation: Operation): Outcome {
  const { bytes } = operation
  const written = bytes === 4 ? 2 : bytes
  const at = operation.stackLinear(-bytes, written, 'w')
  memory.write(at, written, cpu.selector(operation.number(0)), 'stack')
  moveStack(cpu, -bytes)
  return 'next'
}

/** The stack that is popped from is the old one, also where SS is loaded. */
function pop(cpu: Processor, operation: Operation): Outcome {
  const number = operation.number(0)
  const { state: values } = cpu
  const width = values.stackBytes
  const above = values.general(4, width) + BigInt(operation.bytes)
  checkLoad(cpu, number, Number(operation.readStack(0, 2)))()
  values.setGeneral(4, above, width)
  if (number === segment.ss) holdEvents(cpu)
  return 'next'
}

function loader(number: number): SystemInstruction {
  return (cpu, operation) => {
    const { bytes } = operation
    const offset = operation.readMemory(0n, bytes)
    const selector = Number(operation.readMemory(BigInt(bytes), 2))
    checkLoad(cpu, number, selector)()
    operation.write(0, offset, bytes)
    return 'next'
  }
}

/**
 * Until the next instruction is done: it is expected to load rSP (SDM volume 3, 6.8.3). The second of two in
 * a row holds nothing, also where the first was done by WebAssembly. LSS needs none.
 */
function holdEvents({ state: cpu }: Processor): void {
  const isHeld =
    cpu.u32(state.unseenShadow) === shadow.movSs && cpu.u32(state.unseenAt) === cpu.u32(state.budget)
  cpu.setU32(state.shadow, isHeld ? 0 : shadow.movSs)
}
