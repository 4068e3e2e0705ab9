import { segment } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { Processor } from '../system/processor.ts'

/** Offsets in a task state (SDM volume 3, figures 7-2 and 7-10). */
interface TaskLayout {
  /** Bytes of a field. */
  readonly width: 2 | 4
  readonly cr3: number | null
  readonly ip: number
  readonly flags: number
  /** rAX to rDI. */
  readonly general: number
  /** Of ES; the others follow, as many as there are. */
  readonly selectors: number
  readonly segments: readonly number[]
  readonly ldt: number
  readonly trap: number | null
  /** Smallest limit. */
  readonly limit: number
}

const { es, cs, ss, ds, fs, gs } = segment

const wideLayout: TaskLayout = {
  width: 4,
  cr3: 0x1c,
  ip: 0x20,
  flags: 0x24,
  general: 0x28,
  selectors: 0x48,
  segments: [es, cs, ss, ds, fs, gs],
  ldt: 0x60,
  trap: 0x64,
  limit: 0x67,
}

const narrowLayout: TaskLayout = {
  width: 2,
  cr3: null,
  ip: 0x0e,
  flags: 0x10,
  general: 0x12,
  selectors: 0x22,
  segments: [es, cs, ss, ds],
  ldt: 0x2a,
  trap: null,
  limit: 0x2b,
}

export const taskLayout = (isWide: boolean) => (isWide ? wideLayout : narrowLayout)

/** Offset of the last byte that `saveTaskState` saves, in whole fields. */
export const lastSaved = (isWide: boolean) => taskLayout(isWide).ldt - 1

/** What a task goes on with. */
export interface TaskState {
  readonly cr3: bigint | null
  readonly ip: number
  readonly flags: number
  readonly general: readonly number[]
  /** By number of the segment register. */
  readonly selectors: readonly number[]
  readonly ldt: number
  readonly trap: boolean
}

/** A 16-bit task state has no upper halves: they read as ones, those of IP and flags as zeros. */
const absentHalf = 0xffff_0000

/** @throws GuestFault #PF, unless the pages have been probed */
export function readTaskState({ memory }: Processor, base: bigint, isWide: boolean): TaskState {
  const layout = taskLayout(isWide)
  const { width } = layout
  const read = (offset: number, bytes: number) =>
    memory.readNumber(BigInt.asUintN(32, base + BigInt(offset)), bytes, 'system')
  const upper = isWide ? 0 : absentHalf
  const selectors = [0, 0, 0, 0, 0, 0]
  layout.segments.forEach((number, index) => {
    selectors[number] = read(layout.selectors + width * index, 2)
  })
  return {
    cr3: layout.cr3 === null ? null : BigInt(read(layout.cr3, 4)),
    ip: read(layout.ip, width),
    flags: read(layout.flags, width),
    general: Array.from(
      { length: 8 },
      (_, index) => (read(layout.general + width * index, width) | upper) >>> 0,
    ),
    selectors,
    ldt: read(layout.ldt, 2),
    trap: layout.trap !== null && (read(layout.trap, 2) & 1) !== 0,
  }
}

/** Throws what `saveTaskState` would throw. */
export function probeTaskState({ memory }: Processor, base: bigint, isWide: boolean): void {
  const { ip, ldt } = taskLayout(isWide)
  memory.probeWrite(base + BigInt(ip), ldt - ip, 'system')
}

/** Saves what changes while a task runs: not its CR3, LDT, link and stacks. */
export function saveTaskState(
  { state: cpu, memory }: Processor,
  base: bigint,
  isWide: boolean,
  saved: { readonly ip: bigint; readonly flags: number },
): void {
  const { width, ip, flags, general, selectors, segments } = taskLayout(isWide)
  const write = (offset: number, bytes: number, value: number | bigint) =>
    memory.write(BigInt.asUintN(32, base + BigInt(offset)), bytes, value, 'system')
  write(ip, width, saved.ip)
  write(flags, width, saved.flags)
  for (let index = 0; index < 8; index++) write(general + width * index, width, cpu.general(index, width))
  segments.forEach((number, index) => {
    write(selectors + width * index, 2, cpu.selector(number))
  })
}

/** Registers that need no descriptor. */
export function loadGeneral(cpu: CpuState, { general, ip }: TaskState): void {
  general.forEach((value, index) => {
    cpu.setGeneral(index, BigInt(value), 4)
  })
  cpu.rip = BigInt(ip)
}
