import { assemble } from '../machine/control/assemble.ts'
import type { Answer, BiosCaller, CallWords } from './bios-caller.ts'

/** Where programs are put, and a vector that is the user's. */
const [programAt, vector] = [0x9100, 0x60]

/** Sets interrupt vectors, by number, to offsets in segment 0. */
export async function setVectors(
  { machine }: BiosCaller,
  offsets: Readonly<Record<number, number>>,
): Promise<void> {
  for (const [number, offset] of Object.entries(offsets)) {
    await machine.write('physical', BigInt(4 * Number(number)), Uint8Array.of(offset, offset >> 8, 0, 0))
  }
}

/** Puts code in real mode at 0:9100h, or where its `org` says; parted by `;` or newlines. */
export async function putProgram({ machine }: BiosCaller, text: string, at = programAt): Promise<void> {
  await machine.write('physical', BigInt(at), assemble(16, `org ${at}; ${text}`))
}

/** Calls it: it ends with IRET. */
export async function callProgram(guest: BiosCaller, text: string, words: CallWords = {}): Promise<Answer> {
  await putProgram(guest, text)
  await setVectors(guest, { [vector]: programAt })
  return guest.call(vector, words)
}
