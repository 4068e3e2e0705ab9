import type { DirectStart, MachineFactHole, MemoryMapHole } from '../../boot/plan.ts'
import type { FirmwareMemory } from '../../machine/firmware-memory.ts'
import type { RamPart } from '../../machine/ram-image.ts'
import { encodeMemoryMap, numbersOf } from './memory-map.ts'
import { outsideOfMemory } from './refusals.ts'

const mib = 2 ** 20

/**
 * What the plan wants in memory, the holes filled in for our machine.
 * @throws KernelTestError KT3018 for what lies outside of its memory.
 */
export function memoryOf(
  { memory }: DirectStart,
  memoryMiB: number,
  firmware: FirmwareMemory,
): readonly RamPart[] {
  const hole = memory.find((part) => part.kind === 'memoryMap') ?? null
  const numbers = numbersOf(firmware, hole)
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
    return encodeMemoryMap(firmware.map, part)
  }

  /** In as many bytes as the fact has. */
  function factBytes({ fact, size, plus }: MachineFactHole): Uint8Array {
    const bytes = new Uint8Array(size)
    if (fact === 'rsdp') bytes.set(firmware.rsdp?.bytes.subarray(0, size) ?? [])
    else setNumber(bytes, numbers[fact] + plus)
    return bytes
  }
}

/** Little-endian, all of `bytes`. */
function setNumber(bytes: Uint8Array, value: number): void {
  let rest = value
  for (let index = 0; index < bytes.length && rest > 0; index++) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
}
