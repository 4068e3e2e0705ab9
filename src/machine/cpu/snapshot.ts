import { model } from './control/model.ts'
import { readFlags, writeFlags } from './register-file.ts'
import { allBanks, codeTlb, dataTlb, place, placeCount, state } from './state-layout.ts'

/** What is left of the run before and means nothing between two instructions. */
const transient: readonly (readonly [at: number, bytes: number])[] = [
  [state.page, 8],
  [state.budget, 4],
  [state.entry, 4],
  [state.interruption, 4],
  [state.faultVector, 8],
  [state.slice, 4],
  [state.begun, 8],
  [state.places, placeCount * place.bytes],
  [state.delivers, 4],
  [state.resumed, 8],
  [state.unseenShadow, 8],
]

/** Follows from the rest: worked out anew after loading. */
const derived: readonly (readonly [at: number, bytes: number])[] = [
  [state.bank, 4],
  [state.unarmed, 4],
  [state.long, 4],
  [state.codeBase, 8],
  [state.codeContext, 4],
  [state.fetchesAsUser, 8],
  [state.readLimits, 2 * 6 * 8],
  [state.stackMask, 8],
  [state.armedBanks, 4],
  [state.codeMode, 4],
]

const dataTlbBytes = dataTlb.count * dataTlb.entryBytes
/** Of an instruction TLB entry: its tag and translation. */
const codeEntryBytes = 16

/** Behind the line that MONITOR watches, which means nothing after MWAIT. */
const monitorEnd = state.monitorBytes + model.monitorLineBytes

/** Bytes of a saved CPU. */
const snapshotBytes = state.end + dataTlbBytes + codeTlb.count * codeEntryBytes

/**
 * All that a guest can see of its CPU: registers, flags materialised, and the TLB, whose stale entries are
 * visible too. Equal states give equal bytes, however they were reached.
 */
export function saveCpu(memory: Uint8Array<ArrayBuffer>): Uint8Array {
  const saved = new Uint8Array(snapshotBytes)
  saved.set(memory.subarray(0, state.end))
  const view = new DataView(saved.buffer)
  writeFlags(view, readFlags(view))
  for (const [at, bytes] of [...transient, ...derived]) saved.fill(0, at, at + bytes)
  if (view.getInt32(state.monitorArmed, true) === 0) saved.fill(0, state.monitorLine, monitorEnd)
  saved.set(memory.subarray(dataTlb.entries, dataTlb.entries + dataTlbBytes), state.end)
  clearInvalid(view)
  saved.fill(0xff, state.end + dataTlbBytes)
  const memoryView = new DataView(memory.buffer)
  for (let index = 0; index < codeTlb.count; index++) {
    const from = codeTlb.entries + codeTlb.entryBytes * index
    const to = state.end + dataTlbBytes + codeEntryBytes * index
    if (isValidCode(memoryView, from)) saved.set(memory.subarray(from, from + codeEntryBytes), to)
  }
  return saved
}

/**
 * Puts a saved CPU back. Whatever is derived must be worked out, and nothing is armed or decoded after it.
 */
export function loadCpu(memory: Uint8Array<ArrayBuffer>, saved: Uint8Array): void {
  memory.set(saved.subarray(0, state.end))
  memory[state.armedBanks] = allBanks
  memory.set(saved.subarray(state.end, state.end + dataTlbBytes), dataTlb.entries)
  for (let index = 0; index < codeTlb.count; index++) {
    const from = state.end + dataTlbBytes + codeEntryBytes * index
    memory.set(saved.subarray(from, from + codeEntryBytes), codeTlb.entries + codeTlb.entryBytes * index)
  }
}

/** The translation of an entry that is not valid means nothing. */
function clearInvalid(view: DataView): void {
  for (let index = 0; index < dataTlb.count; index++) {
    const at = state.end + dataTlb.entryBytes * index
    if (view.getInt32(at, true) === 0) view.setBigUint64(at + 8, 0n, true)
  }
}

/** Pages have low halves that are even, or 1 more. */
function isValidCode(view: DataView, at: number): boolean {
  return view.getInt32(at, true) !== -1
}
