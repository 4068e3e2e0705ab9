import { memoryMapHoleBytes } from '../../../boot/memory-map.ts'
import type { DirectStart, MachineFactHole, MemoryMapHole, MemoryWrite } from '../../../boot/plan.ts'
import { KernelTestError } from '../../../support/errors.ts'
import { invariant } from '../../../support/invariant.ts'
import { findHole, type PhysicalRange } from './find-hole.ts'
import { type LoaderSegment, loaderElf } from './loader-elf.ts'
import {
  encodeFacts,
  encodeLowCopies,
  encodeParameters,
  factBytes,
  type LowCopy,
  lowCopyBytes,
} from './parameters.ts'
import { parameterBytes, scratchBytes, stub } from './stub.ts'

const mib = 1n << 20n
/** The operand of the stub's first instruction, MOV EBP, imm32: the stub's own address. */
const ownAddressOffset = 1

/**
 * A file for QEMU's `-kernel` that brings the machine into the state of `plan`: an ELF32 with a PVH note,
 * whose segments are the plan's writes above 1 MiB and a hole with our stub (stub.asm) and all that it has to
 * do.
 * @throws KernelTestError KT3040 when nothing is free for that hole.
 */
export function makeLoader(plan: DirectStart, memoryMiB: number): Uint8Array {
  const writes = plan.memory.filter((part): part is MemoryWrite => part.kind === 'bytes')
  const maps = plan.memory.filter((part): part is MemoryMapHole => part.kind === 'memoryMap')
  const facts = plan.memory.filter((part): part is MachineFactHole => part.kind === 'fact')
  const map = maps[0] ?? null
  invariant(maps.length <= 1, 'a plan has one memory map at most')
  const low = writes.filter((write) => write.at < mib)
  const high = writes.filter((write) => write.at >= mib)

  const layout = layOut(low, facts.length)
  const hole = findHole(layout.size, takenRanges(writes, maps), memoryMiB)
  if (hole === null) throw noHole(layout.size)
  const bytes = new Uint8Array(layout.size)
  bytes.set(stub)
  new DataView(bytes.buffer).setUint32(ownAddressOffset, hole, true)
  const copies = { count: low.length, at: hole + layout.copies }
  const factList = { count: facts.length, at: hole + layout.facts }
  bytes.set(encodeParameters(map, copies, factList, plan.cpu), stub.length)
  bytes.set(encodeLowCopies(lowCopies(low, hole + layout.staged)), layout.copies)
  bytes.set(encodeFacts(facts), layout.facts)
  let staged = layout.staged
  for (const write of low) {
    bytes.set(write.bytes, staged)
    staged += write.bytes.length
  }
  return loaderElf(hole, [...high.flatMap(segment), { at: hole, bytes }])
}

/** Offsets in the hole: the stub, its parameters and scratch memory come first. */
function layOut(
  low: readonly MemoryWrite[],
  factCount: number,
): { copies: number; facts: number; staged: number; size: number } {
  const copies = stub.length + parameterBytes + scratchBytes
  const facts = copies + low.length * lowCopyBytes
  const staged = facts + factCount * factBytes
  return { copies, facts, staged, size: low.reduce((sum, write) => sum + write.bytes.length, staged) }
}

function lowCopies(low: readonly MemoryWrite[], stagedAt: number): LowCopy[] {
  let from = stagedAt
  return low.map(({ at, bytes, size }) => {
    const copy = { to: Number(at), from, length: bytes.length, zeros: size - bytes.length }
    from += bytes.length
    return copy
  })
}

function segment(write: MemoryWrite): LoaderSegment[] {
  return write.bytes.length > 0 ? [{ at: Number(write.at), bytes: write.bytes }] : []
}

function takenRanges(writes: readonly MemoryWrite[], maps: readonly MemoryMapHole[]): PhysicalRange[] {
  const sized = [
    ...writes.map(({ at, size }) => ({ at, size })),
    ...maps.map(({ at, format, capacity }) => ({ at, size: memoryMapHoleBytes(format, capacity) })),
  ]
  return sized.map(({ at, size }) => ({ start: Number(at), end: Number(at) + size }))
}

function noHole(size: number): KernelTestError {
  return new KernelTestError(
    'KT3040',
    `the kernel and its modules leave no hole of ${Math.ceil(size / 1024)} KiB in memory for kerneltest's loader`,
    'Give the machine more memory (option memory), or boot the kernel from an ISO with its own boot loader.',
  )
}
