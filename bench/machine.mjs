// A build's machine with a kernel of `kernels/` in it.
import { readFileSync } from 'node:fs'

const loadedAt = 0x10_0000
const entryOffset = 28
const wiring = { exit: { port: 0xf4, size: 4 }, serial: () => {} }

/** `folder` is the URL of a checkout that has been built. */
export async function machineOf(folder) {
  const load = (path) => import(new URL(`dist/src/${path}`, folder).href)
  const { loadCore } = await load('engines/embedded/core-file.js')
  const { rights } = await load('machine/cpu/state-layout.js')
  const { Machine } = await load('machine/machine.js')
  await loadCore()
  const machine = new Machine({ memoryMiB: 128, ...wiring })
  const flat = { base: 0n, limit: 0xffff_ffff }
  const data = { ...flat, selector: 16, rights: 0x93 | rights.big | rights.granular }
  const none = { ...flat, selector: 0, rights: rights.unusable }
  const segments = {
    ...{ es: data, ss: data, ds: data, fs: data, gs: data, ldtr: none },
    cs: { ...data, selector: 8, rights: data.rights | rights.code },
    tr: { ...none, rights: rights.present | 0xb },
  }
  const noTable = { base: 0n, limit: 0 }
  return {
    machine,
    /** Power-on with the kernel at this path. */
    start: (image) => {
      const bytes = readFileSync(image)
      machine.powerOn([{ at: loadedAt, bytes, size: bytes.length }], wiring)
      const rip = BigInt(bytes.readUInt32LE(entryOffset))
      const control = { cr0: 0x11, cr3: 0n, cr4: 0, efer: 0, gdtr: noTable, idtr: noTable }
      machine.enter({ general: Array(16).fill(0n), rip, rflags: 2, segments, ...control })
    },
  }
}

/**
 * Units after which V8 has compiled the interpreter a second time, and well: its threads' time would count
 * too.
 */
const warmUnits = 1_000_000_000

/** Runs a kernel that does not end until then. */
export function warmUp({ machine, start }, image) {
  start(image)
  while (machine.units < warmUnits) machine.run(20_000_000)
}
