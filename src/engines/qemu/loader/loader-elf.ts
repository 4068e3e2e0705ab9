/** Bytes for a PT_LOAD at physical `at`. */
export interface LoaderSegment {
  readonly at: number
  readonly bytes: Uint8Array
}

const elfHeaderBytes = 52
const programHeaderBytes = 32
const ptLoad = 1
const ptNote = 4
const readWriteExecute = 7
/** XEN_ELFNOTE_PHYS32_ENTRY. */
const pvhEntryNote = 18
const noteBytes = 24
/**
 * QEMU searches the first 8 KiB for a multiboot header, and would find the guest's own: nothing else goes
 * there.
 */
const contentsOffset = 8192

/**
 * An ELF32 executable for QEMU's `-kernel`, entered at `entry` by the PVH protocol. Each segment's p_memsz
 * equals its p_filesz: RAM is zero at power-on, and QEMU would touch each page to clear it again.
 */
export function loaderElf(entry: number, segments: readonly LoaderSegment[]): Uint8Array {
  const programCount = segments.length + 1
  const noteOffset = contentsOffset + programCount * programHeaderBytes
  let offset = noteOffset + noteBytes
  const placed = segments.map((segment) => {
    const fileOffset = offset
    offset += segment.bytes.length
    return { ...segment, fileOffset }
  })
  const file = new Uint8Array(offset)
  const view = new DataView(file.buffer)
  writeElfHeader(view, entry, programCount)
  writeProgramHeader(view, 0, { type: ptNote, fileOffset: noteOffset, at: 0, size: noteBytes })
  writeNote(view, noteOffset, entry)
  placed.forEach(({ at, bytes, fileOffset }, index) => {
    writeProgramHeader(view, index + 1, { type: ptLoad, fileOffset, at, size: bytes.length })
    file.set(bytes, fileOffset)
  })
  return file
}

function writeElfHeader(view: DataView, entry: number, programCount: number): void {
  new Uint8Array(view.buffer).set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  view.setUint16(16, 2, true) // ET_EXEC
  view.setUint16(18, 3, true) // EM_386
  view.setUint32(20, 1, true)
  view.setUint32(24, entry, true)
  view.setUint32(28, contentsOffset, true)
  view.setUint16(40, elfHeaderBytes, true)
  view.setUint16(42, programHeaderBytes, true)
  view.setUint16(44, programCount, true)
}

function writeProgramHeader(
  view: DataView,
  index: number,
  header: { type: number; fileOffset: number; at: number; size: number },
): void {
  const offset = contentsOffset + index * programHeaderBytes
  const { type, fileOffset, at, size } = header
  const fields = [type, fileOffset, at, at, size, size, readWriteExecute, 4]
  fields.forEach((value, field) => {
    view.setUint32(offset + field * 4, value, true)
  })
}

/** Name "Xen", then the entry's address; QEMU reads 8 bytes of it. */
function writeNote(view: DataView, offset: number, entry: number): void {
  const fields = [4, 4, pvhEntryNote, 0x006e6558, entry, 0]
  fields.forEach((value, field) => {
    view.setUint32(offset + field * 4, value, true)
  })
}
