import { expect } from 'vitest'
import { type Answer, type BiosCaller, type CallWords, wholeRegisters } from './bios-caller.ts'

const flagBit = { cf: 0x01, zf: 0x40, if: 0x200 } as const

/** What is to come back: registers that are not named are as before the call, with their upper halves. */
type Expected = CallWords & { readonly cf?: boolean; readonly zf?: boolean }

/** A call, and what it is to answer. */
export type Row = readonly [what: string, vector: number, words: CallWords, expected: Expected]

export async function expectRow(guest: BiosCaller, [, vector, words, expected]: Row): Promise<void> {
  expect(seen(await guest.call(vector, words))).toMatchObject(wanted(words, expected))
}

/** The whole registers, and the flags that are told, in the form of {@link seen}. */
function wanted(words: CallWords, expected: Expected) {
  const { cf, zf, ...registers } = expected
  return {
    values: wholeRegisters({ ...words, ...registers }),
    es: registers.es ?? words.es ?? 0,
    sp: 0x7c00,
    if: true,
    ...(cf !== undefined && { cf }),
    ...(zf !== undefined && { zf }),
  }
}

function seen({ eax, ebx, ecx, edx, esi, edi, es, sp, flags }: Answer) {
  const bit = (name: keyof typeof flagBit) => (flags & flagBit[name]) !== 0
  return { values: [eax, ebx, ecx, edx, esi, edi], es, sp, if: bit('if'), cf: bit('cf'), zf: bit('zf') }
}
