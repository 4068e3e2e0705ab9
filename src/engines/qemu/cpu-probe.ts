import type { EndingCause } from '../../observe/ending.ts'
import type { Registers } from '../../observe/registers.ts'
import { type CodeWindow, type StuckCpu, stuckCpu, wantedCode } from '../../observe/stuck-cpu.ts'
import type { GuestMemory } from './memory.ts'
import type { Monitor } from './monitor.ts'
import { readRegisters } from './registers.ts'

/**
 * The ending of a guest that can never go on: every CPU halted with interrupts off, loops doing nothing with
 * interrupts off, or was never started. Null: it can, or nothing proves that it cannot. On a running machine
 * an ending is only a suspicion, to be confirmed while it stands still.
 */
export async function stuckGuest(monitor: Monitor, memory: GuestMemory): Promise<EndingCause | null> {
  const stuck: StuckCpu[] = []
  for (const [cpu, registers] of (await readRegisters(monitor)).entries()) {
    const state = stuckCpu(registers, await readCode(memory, cpu, registers))
    if (state === null) return null
    stuck.push(state)
  }
  return stuck.find((state) => state.kind !== 'notStarted') ?? null
}

/** More than the longest loop that is recognised, on both sides of RIP. */
const reach = 128
const pageSize = 4096n

async function readCode(memory: GuestMemory, cpu: number, registers: Registers): Promise<CodeWindow | null> {
  const wanted = wantedCode(registers)
  if (wanted === null) return null
  const { linear, offset } = wanted
  const page = linear - (linear % pageSize)
  const around = { start: linear - BigInt(reach), end: linear + BigInt(reach) }
  // What lies beyond the page may not be mapped.
  const inPage = { start: larger(around.start, page), end: smaller(around.end, page + pageSize) }
  for (const { start, end } of [around, inPage]) {
    const bytes = await memory.readIfThere(start, Number(end - start), cpu)
    if (bytes !== null) return { offset: offset - (linear - start), bytes }
  }
  return null
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
