import { loadPdptes } from '../control/pdptes.ts'
import { addPending, debugBit } from '../events/debug-registers.ts'
import { cr0Bit, cr4Bit, definedFlags, flagBit } from '../register-bits.ts'
import { segment, state } from '../state-layout.ts'
import type { SegmentCache } from '../system/cpu-state.ts'
import { GuestFault, NewTaskFault } from '../system/guest-fault.ts'
import { moveStack } from '../system/operation.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import { checkWithinLimit } from './code-target.ts'
import {
  baseOf,
  type Descriptor,
  errorCodeOf,
  isPresent,
  isSystem,
  limitOf,
  readDescriptor,
  selectorBit,
  systemType,
  taskBit,
  typeOf,
} from './descriptor.ts'
import { probeBusy, setBusy } from './system-registers.ts'
import { forgetDescriptors, loadTaskParagraphs, loadTaskSegments, loadTaskTable } from './task-segments.ts'
import {
  lastSaved,
  loadGeneral,
  probeTaskState,
  readTaskState,
  saveTaskState,
  type TaskState,
  taskLayout,
} from './task-state.ts'

export type TaskSwitchReason = 'jump' | 'call' | 'iret' | 'gate'

const reservedSet = 2
/** Breakpoints and LE of DR7 that are for one task. */
const localEnables = 0x155

/**
 * Switches to the task of a TSS selector (SDM volume 3, 7.3). `next`: the offset that the old task goes on
 * at; `errorCode`: pushed by the new one. `iret` is a return to the busy task of a back link.
 * @throws GuestFault with nothing changed; NewTaskFault once the new task is there
 */
export function switchTask(
  cpu: Processor,
  selector: number,
  reason: TaskSwitchReason,
  next: bigint,
  errorCode: number | null,
): void {
  const task = readTask(cpu, selector, reason)
  const isWide = isWideTask(task.rights)
  const old = cpu.state.segment(segment.tr)
  const isNested = reason === 'call' || reason === 'gate'
  checkOldLimit(old)
  probe(cpu, task, isWide, isNested)

  const { flags } = cpu.state
  const left = reason === 'iret' ? flags & ~flagBit.nestedTask : flags
  saveTaskState(cpu, old.base, isWideTask(old.rights), { ip: next, flags: left })
  if (!isNested) setBusy(cpu, descriptorAt(cpu, old.selector), false)
  const base = baseOf(task)
  if (isNested) cpu.memory.write(base, 2, old.selector, 'system')
  const fresh = readTaskState(cpu, base, isWide)
  if (reason !== 'iret') setBusy(cpu, task.at, true)
  cpu.state.setSegment(segment.tr, {
    selector,
    base,
    limit: limitOf(task),
    rights: task.rights | taskBit.busy,
  })
  try {
    become(cpu, fresh, isNested)
    if (errorCode !== null) pushErrorCode(cpu, errorCode, isWide ? 4 : 2)
    checkWithinLimit(cpu, cpu.state.rip)
  } catch (fault) {
    throw fault instanceof GuestFault ? new NewTaskFault(fault.vector, fault.code) : fault
  }
  if (fresh.trap) addPending(cpu.state, debugBit.taskSwitch)
}

const isWideTask = (allowed: number) => (typeOf(allowed) & taskBit.wide) !== 0

/** The descriptor of the new task: available, or for a return busy. @throws GuestFault #GP, #TS, #NP, #PF */
function readTask(cpu: Processor, selector: number, reason: TaskSwitchReason): Descriptor {
  const isReturn = reason === 'iret'
  const fault = isReturn ? vector.invalidTss : vector.generalProtection
  const code = errorCodeOf(selector)
  if (selector & selectorBit.local) throw new GuestFault(fault, code)
  const descriptor = readDescriptor(cpu, selector, fault)
  const { rights: allowed } = descriptor
  const wanted = isReturn ? systemType.busyTask16 : systemType.task16
  if (!isSystem(allowed) || (typeOf(allowed) & ~taskBit.wide) !== wanted) throw new GuestFault(fault, code)
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, code)
  if (limitOf(descriptor) < taskLayout(isWideTask(allowed)).limit) {
    throw new GuestFault(vector.invalidTss, code)
  }
  return descriptor
}

/** The registers of the old task must fit into its task state. @throws GuestFault #TS(TR) */
function checkOldLimit({ selector, limit, rights: allowed }: SegmentCache): void {
  if (limit < lastSaved(isWideTask(allowed))) throw new GuestFault(vector.invalidTss, errorCodeOf(selector))
}

/** Everything that is written or read before the new task is there. @throws GuestFault #PF */
function probe(cpu: Processor, task: Descriptor, isWide: boolean, isNested: boolean): void {
  const { memory } = cpu
  const base = baseOf(task)
  const old = cpu.state.segment(segment.tr)
  memory.probeRead(base, taskLayout(isWide).limit + 1, 'system')
  if (isNested) memory.probeWrite(base, 2, 'system')
  probeTaskState(cpu, old.base, isWideTask(old.rights))
  if (!isNested) probeBusy(cpu, descriptorAt(cpu, old.selector))
  probeBusy(cpu, task.at)
}

/** Where the GDT holds the descriptor of a task. */
function descriptorAt(cpu: Processor, selector: number): bigint {
  return BigInt.asUintN(32, cpu.state.gdt.base + BigInt(selector & 0xfff8))
}

/** The new task's state. What faults from here on is its own. */
function become(cpu: Processor, fresh: TaskState, isNested: boolean): void {
  const { state: values } = cpu
  const flags = (fresh.flags & definedFlags) | reservedSet | (isNested ? flagBit.nestedTask : 0)
  values.setU64(state.cr0, BigInt((values.cr0 | cr0Bit.ts) >>> 0))
  values.setU64(state.dr7, values.u64(state.dr7) & ~BigInt(localEnables))
  values.setU32(state.shadow, 0)
  values.setU32(state.pendingDebug, 0)
  values.flags = flags
  loadGeneral(values, fresh)
  const isVirtual = (flags & flagBit.virtual8086) !== 0
  values.cpl = isVirtual ? 3 : (fresh.selectors[segment.cs] ?? 0) & selectorBit.rplMask
  forgetDescriptors(cpu, fresh.selectors, fresh.ldt)
  cpu.events.taskSwitched()
  loadCr3(cpu, fresh.cr3)
  loadTaskTable(cpu, fresh.ldt)
  if (isVirtual) loadTaskParagraphs(cpu, fresh.selectors)
  else loadTaskSegments(cpu, fresh.selectors)
}

/** Another value flushes the TLB; without paging the register stays (SDM volume 3, 7.3 and 4.10.4.1). */
function loadCr3(cpu: Processor, cr3: bigint | null): void {
  const { state: values, tlb } = cpu
  if (cr3 === null || !values.isPaging || cr3 === values.u64(state.cr3)) return
  if (values.cr4 & cr4Bit.pae) loadPdptes(cpu, cr3)
  values.setU64(state.cr3, cr3)
  tlb.flush(true)
}

/** @throws GuestFault #SS(0), #PF: the new task's */
function pushErrorCode({ state: cpu, memory }: Processor, errorCode: number, width: 2 | 4): void {
  const stackBytes = cpu.stackBytes
  const top = BigInt.asUintN(8 * stackBytes, cpu.general(4, stackBytes) - BigInt(width))
  memory.write(memory.inSegment(segment.ss, top, width, 'w'), width, errorCode, 'current')
  moveStack(cpu, -width)
}
