import { rights } from '../../src/machine/cpu/state-layout.ts'
import type { EntryRegisters } from '../../src/machine/entry.ts'

const flat = (type: number) => ({
  selector: 0x10,
  base: 0n,
  limit: 0xffff_ffff,
  rights: rights.present | rights.nonSystem | rights.big | rights.granular | rights.accessed | type,
})
const [data, code] = [flat(rights.writable), flat(rights.code | rights.readable)]
const nothing = { base: 0n, limit: 0 }

/** Protected mode with flat segments, paging and interrupts off. */
export const flatEntry = (rip: number): EntryRegisters => ({
  general: Array.from({ length: 16 }, () => 0n),
  rip: BigInt(rip),
  rflags: 2,
  cr0: 0x11,
  cr3: 0n,
  cr4: 0,
  efer: 0,
  segments: { cs: code, ss: data, ds: data, es: data, fs: data, gs: data, ldtr: data, tr: data },
  gdtr: nothing,
  idtr: nothing,
})
