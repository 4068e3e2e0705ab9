import type { Machine } from '../../machine/machine.ts'
import type { EndingCause } from '../../observe/ending.ts'
import type { Registers } from '../../observe/registers.ts'
import { type CodeWindow, stuckCpu } from '../../observe/stuck-cpu.ts'
import { physicalOf } from './memory.ts'
import { readRegisters } from './registers.ts'

/** More than the longest loop that is recognised, on both sides of RIP. */
const reach = 128n
const pageSize = 4096n
const interruptFlag = 1n << 9n

/** The ending of a guest that can never go on; null where nothing proves that. */
export function stuckEnding(machine: Machine): EndingCause | null {
  if (machine.interruptsOn) return null
  const registers = readRegisters(machine)
  const stuck = stuckCpu(registers, machine.halted ? null : codeAround(machine, registers))
  return stuck === null || stuck.kind === 'notStarted' ? null : stuck
}

/** Whether the CPU, with interrupts on, executes one jump to itself over and over. */
export function isSelfJump(machine: Machine): boolean {
  if (!machine.interruptsOn || machine.halted) return false
  const registers = readRegisters(machine)
  const masked = { ...registers, rflags: registers.rflags & ~interruptFlag }
  const stuck = stuckCpu(masked, codeAround(machine, registers))
  if (stuck?.kind !== 'hang' || stuck.proof.rip !== machine.linearRip) return false
  return jumpBytes.get(stuck.proof.bytes[0] ?? 0)?.includes(stuck.proof.bytes.length) ?? false
}

/** Lengths of JMP by its opcode. */
const jumpBytes: ReadonlyMap<number, readonly number[]> = new Map([
  [0xeb, [2]],
  [0xe9, [3, 5]],
])

/** What lies beyond the page may not be mapped: a loop over two pages is not recognised. */
function codeAround(machine: Machine, registers: Registers): CodeWindow | null {
  const linear = machine.linearRip
  const page = linear - (linear % pageSize)
  const start = linear - reach > page ? linear - reach : page
  const end = linear + reach < page + pageSize ? linear + reach : page + pageSize
  const physical = physicalOf(machine, start, registers)
  const bytes = physical === null ? null : machine.memory.peek(physical, Number(end - start))
  return bytes && { offset: registers.rip - (linear - start), bytes }
}
