import type { DirectStart, MachineFactHole, MemoryMapHole } from '../../boot/plan.ts'
import type { RamPart } from '../../machine/ram-image.ts'
import { encodeMemoryMap, factsOf, memoryMapOf } from './memory-map.ts'
import { outsideOfMemory } from './refusals.ts'

const mib = 2 ** 20

/**
 * What the plan wants in memory, the holes filled in for our machine.
 * @throws KernelTestError KT3018 for what lies outside of its memory.
 */
export function memoryOf({ memory }: DirectStart, memoryMiB: number): readonly RamPart[] {
  const map = memoryMapOf(memoryMiB)
  const hole = memory.find((part) => part.kind === 'memoryMap') ?? null
  const facts = factsOf(map, hole)
  return memory.map((part) => {
    const bytes = bytesOf(part)
    const size = part.kind === 'bytes' ? part.size : bytes.length
    if (part.at < 0n || part.at + BigInt(size) > BigInt(memoryMiB * mib)) {
      throw outsideOfMemory(part.kind === 'bytes' ? part.what : 'boot information', part.at, memoryMiB)
    }
    return { at: Number(part.at), bytes, size }
  })

  function bytesOf(part: DirectStart['memory'][number]): Uint8Array {
    if (part.kind === 'bytes') return part.bytes
    return part.kind === 'memoryMap' ? mapBytes(part) : factBytes(part)
  }

  function mapBytes(part: MemoryMapHole): Uint8Array {
    return encodeMemoryMap(map, part)
  }

  /** Little-endian, in as many bytes as the fact has. */
  function factBytes({ fact, size, plus }: MachineFactHole): Uint8Array {
    const bytes = new Uint8Array(size)
    let rest = facts[fact] + plus
    for (let index = 0; index < size && rest > 0; index++) {
      bytes[index] = rest % 256
      rest = Math.floor(rest / 256)
    }
    return bytes
  }
}
