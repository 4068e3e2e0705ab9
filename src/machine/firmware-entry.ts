import { rights } from './cpu/state-layout.ts'
import type { EntryRegisters } from './entry.ts'
import { entryPoints, romSegment } from './firmware/bios/bios-rom.ts'

const limit = 0xffff
const writableData = rights.present | rights.nonSystem | rights.writable | rights.accessed
const busyTask = rights.present | 11
const localTable = rights.present | 2
const extensionType = 0x10
const stackTop = 0x7000n
const rsp = 4

const segmentAt = (selector: number) => ({
  selector,
  base: BigInt(selector) * 16n,
  limit,
  rights: writableData,
})
const data = segmentAt(0)

/** Real mode, in the ROM, at the end of a self-test: about to look for something to boot. */
export const firmwareEntry: EntryRegisters = {
  general: Array.from({ length: 16 }, (_, number) => (number === rsp ? stackTop : 0n)),
  rip: BigInt(entryPoints.boot),
  rflags: 2,
  cr0: extensionType,
  cr3: 0n,
  cr4: 0,
  efer: 0,
  segments: {
    cs: segmentAt(romSegment),
    ss: data,
    ds: data,
    es: data,
    fs: data,
    gs: data,
    ldtr: { ...data, rights: localTable },
    tr: { ...data, rights: busyTask },
  },
  gdtr: { base: 0n, limit },
  idtr: { base: 0n, limit: 0x3ff },
}
