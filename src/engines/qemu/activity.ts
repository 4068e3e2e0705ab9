import type { FirmwareStart } from '../../boot/plan.ts'
import type { Activity } from '../../observe/activity.ts'
import type { Registers } from '../../observe/registers.ts'

/** What the CPUs of a machine that stands still were doing, where they are not stuck. */
export function activityOf(cpus: readonly Registers[], firmware: FirmwareStart['firmware']): Activity {
  const [boot] = cpus
  if (boot && (firmware === 'uefi' ? isInOvmf(boot) : isInSeaBios(boot))) return 'firmware'
  if (cpus.some((cpu) => !cpu.halted)) return 'busy'
  return boot && firmware === 'bios' && isInBiosCall(boot) ? 'waitsForKey' : 'idle'
}

const biosSegment = { start: 0xf0000n, end: 0x100000n }
/**
 * SeaBIOS keeps its own stack right below 7000h (src/config.h, BUILD_STACK_ADDR); a guest's calls run on the
 * guest's.
 */
const seaBiosStack = { start: 0x6000n, end: 0x7000n }

/**
 * SeaBIOS with its own descriptor table, at start-up, or on its own stack: it has nothing to boot, or asks
 * for a key.
 */
function isInSeaBios(cpu: Registers): boolean {
  const protectedMode = (cpu.cr0 & 1n) !== 0n
  if (protectedMode) return isWithin(biosSegment, cpu.gdtr.base)
  return isInBiosCall(cpu) && isWithin(seaBiosStack, cpu.ss.base + cpu.rsp)
}

/** Real-mode code of the BIOS. It halts in one service alone: the wait for a key (int 16h). */
function isInBiosCall(cpu: Registers): boolean {
  return (cpu.cr0 & 1n) === 0n && isWithin(biosSegment, cpu.cs.base + cpu.rip)
}

const flashStart = 0xff00_0000n
const ovmfTable = { codeSelector: 0x38, limit: 0x47 }

/**
 * OVMF's descriptor table lies in flash at first, later in memory (UefiCpuPkg/CpuDxe/CpuGdt.c); an operating
 * system loads its own. Boot loaders and the shell run on OVMF's.
 */
function isInOvmf(cpu: Registers): boolean {
  if (cpu.gdtr.base >= flashStart || cpu.cs.base >= flashStart) return true
  return cpu.gdtr.limit === ovmfTable.limit && (cpu.cs.selector === ovmfTable.codeSelector || cpu.efer === 0n)
}

function isWithin({ start, end }: { start: bigint; end: bigint }, address: bigint): boolean {
  return address >= start && address < end
}
