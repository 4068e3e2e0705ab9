import { hex } from '../support/hex.ts'
import type { ElfFile } from './elf.ts'
import type { Flaw } from './flaw.ts'
import type { BootContract, ElfSegment } from './image.ts'

/** Whether the places where the CPU may be sent hold code. */
export function entryFlaws(
  elf: ElfFile,
  segments: readonly ElfSegment[],
  contracts: readonly BootContract[],
): Flaw[] {
  if (segments.length === 0) return []
  const flaws: Flaw[] = []
  const holder = segments.find((segment) => holds(segment, elf.entry))
  if (holder === undefined) {
    flaws.push({
      id: 'entry-outside-segments',
      severity: 'warning',
      what: `the entry ${hex(elf.entry)} lies in no segment`,
      consequence: 'the CPU starts in memory that holds no code: expect an invalid opcode or a triple fault',
      mend: 'name the entry in the linker script, ENTRY(_start), and keep it global (Rust: #[unsafe(no_mangle)])',
    })
  } else if (!holder.executable) {
    flaws.push({
      id: 'code-not-executable',
      severity: 'warning',
      what: `the entry ${hex(elf.entry)} lies in segment ${holder.index}, which is not executable`,
      consequence: 'a loader that honours permissions maps it no-execute: the first fetch is a page fault',
      mend: 'put the entry into .text, and .text into a segment with FLAGS(5)',
    })
  }
  const pvh = contracts.find(({ kind }) => kind === 'pvh')
  if (pvh?.kind === 'pvh' && !segments.some((segment) => holdsPhysical(segment, pvh.entry))) {
    flaws.push({
      id: 'pvh-entry-outside-segments',
      severity: 'warning',
      what: `the PVH note's entry ${hex(pvh.entry)} lies in no segment's physical memory`,
      consequence: 'a PVH loader jumps there with paging off, into memory that holds no code',
      mend: 'give the physical address of 32-bit code: dd (start32 - KERNEL_VIRTUAL_BASE)',
    })
  }
  return flaws
}

/** A higher-half kernel's entry is often given as a physical address: multiboot starts it without paging. */
function holds(segment: ElfSegment, address: bigint): boolean {
  const offset = address - segment.virtualAddress
  return (offset >= 0n && offset < segment.memorySize) || holdsPhysical(segment, address)
}

function holdsPhysical({ physicalAddress, memorySize }: ElfSegment, address: bigint): boolean {
  return address >= physicalAddress && address < physicalAddress + memorySize
}
