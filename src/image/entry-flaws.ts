import { hex } from '../support/hex.ts'
import type { ElfFile } from './elf.ts'
import type { Flaw } from './flaw.ts'
import type { BootContract, ElfSegment } from './image.ts'

/** Multiboot2 2.0 §3.1.7. */
const entryAddressTag = 3

/** Whether the places where the CPU may be sent hold code. */
export function entryFlaws(
  elf: ElfFile,
  segments: readonly ElfSegment[],
  contracts: readonly BootContract[],
): Flaw[] {
  if (segments.length === 0) return []
  const flaws: Flaw[] = []
  const holder = segments.find((segment) => holdsVirtual(segment, elf.entry))
  const physicalHolder = segments.find((segment) => holdsPhysical(segment, elf.entry))
  if (holder === undefined && physicalHolder === undefined) {
    flaws.push({
      id: 'entry-outside-segments',
      severity: 'warning',
      what: `the entry ${hex(elf.entry)} lies in no segment`,
      consequence: 'the CPU starts in memory that holds no code: expect an invalid opcode or a triple fault',
      mend: 'name the entry in the linker script, ENTRY(_start), and keep it global (Rust: #[unsafe(no_mangle)])',
    })
  } else if (holder === undefined && !contracts.some(hasOwnEntry)) {
    flaws.push({
      id: 'entry-is-physical',
      severity: 'warning',
      what: `the entry ${hex(elf.entry)} is a physical address: it lies in no segment's virtual addresses`,
      consequence:
        "GRUB looks for it among the virtual addresses and refuses the kernel; QEMU's -kernel starts it",
      mend: 'give the symbol that ENTRY() names its virtual address: loaders convert it themselves',
    })
  }
  const start = holder ?? physicalHolder
  if (start !== undefined && !start.executable) {
    flaws.push({
      id: 'code-not-executable',
      severity: 'warning',
      what: `the entry ${hex(elf.entry)} lies in segment ${start.index}, which is not executable`,
      consequence: 'a loader that honours permissions maps it no-execute: the first fetch is a page fault',
      mend: 'put the entry into .text, and .text into a segment with FLAGS(5)',
    })
  }
  const pvh = contracts.find((contract) => contract.kind === 'pvh')
  if (pvh !== undefined && !segments.some((segment) => holdsPhysical(segment, pvh.entry))) {
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

/** Multiboot headers may say where to start, and the ELF entry is then not looked at. */
function hasOwnEntry(contract: BootContract): boolean {
  if (contract.kind === 'multiboot1') return contract.load !== null
  if (contract.kind === 'multiboot2') return contract.tags.some(({ type }) => type === entryAddressTag)
  return true
}

function holdsVirtual({ virtualAddress, memorySize }: ElfSegment, address: bigint): boolean {
  return address >= virtualAddress && address < virtualAddress + memorySize
}

function holdsPhysical({ physicalAddress, memorySize }: ElfSegment, address: bigint): boolean {
  return address >= physicalAddress && address < physicalAddress + memorySize
}
