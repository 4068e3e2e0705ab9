import { LittleEndian } from '../support/bytes.ts'
import type { PvhNote } from './image.ts'

/** XEN_ELFNOTE_PHYS32_ENTRY of Xen's public headers (elfnote.h). */
const physicalEntryNote = 18
const noteHeaderSize = 12

/** The PVH entry among the ELF notes in `bytes`, or null. */
export function findPvhNote(bytes: Uint8Array): PvhNote | null {
  const view = new LittleEndian(bytes)
  let offset = 0
  while (offset + noteHeaderSize <= bytes.length) {
    const nameSize = view.u32(offset)
    const dataSize = view.u32(offset + 4)
    const type = view.u32(offset + 8)
    const data = offset + noteHeaderSize + align4(nameSize)
    const end = data + align4(dataSize)
    if (data + dataSize > bytes.length) return null
    if (type === physicalEntryNote && nameSize === 4 && view.text(offset + noteHeaderSize, 4) === 'Xen') {
      if (dataSize === 4) return { kind: 'pvh', entry: BigInt(view.u32(data)) }
      if (dataSize === 8) return { kind: 'pvh', entry: view.u64(data) }
    }
    offset = end
  }
  return null
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4
}
