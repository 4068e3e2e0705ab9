import type { Bits } from '../../../src/machine/cpu/decode/decoder.ts'
import { rights } from '../../../src/machine/cpu/state-layout.ts'
import type { SegmentCache } from '../../../src/machine/cpu/system/cpu-state.ts'
import { base16, selector } from './layout.ts'
import type { Paging } from './tables.ts'

export type ModeName = keyof typeof modes

/** A mode that programs begin in. */
export interface Mode {
  readonly bits: Bits
  readonly cpl: 0 | 3
  readonly kind: 'real' | 'virtual' | 'protected' | 'long'
  readonly pagings: readonly Paging[]
  readonly cs: SegmentCache
  readonly stack: SegmentCache
  readonly data: SegmentCache
}

const common = rights.present | rights.nonSystem | rights.accessed | rights.writable
const whole = 0xffff_ffff

function flat(number: number, size: number): SegmentCache {
  const dpl = (number & 3) << rights.dplShift
  return { selector: number, base: 0n, limit: whole, rights: common | dpl | size | rights.granular }
}

function narrow(number: number, extra = 0): SegmentCache {
  const dpl = (number & 3) << rights.dplShift
  return { selector: number, base: BigInt(base16), limit: 0xffff, rights: common | dpl | extra }
}

const paragraph = (dpl: number, limit = 0xffff): SegmentCache => ({
  ...{ selector: base16 >> 4, base: BigInt(base16), limit },
  rights: common | (dpl << rights.dplShift),
})

const legacy: readonly Paging[] = ['off', 'legacy', 'pae', 'legacy', 'pae']
const long: readonly Paging[] = ['level4', 'level4', 'level5']
const code = rights.code
const kernel32 = { stack: flat(selector.data32, rights.big), data: flat(selector.data32, rights.big) }
const user32 = { stack: flat(selector.userData32, rights.big), data: flat(selector.userData32, rights.big) }
const kernel16 = { stack: narrow(selector.data16), data: narrow(selector.data16) }
const user16 = { stack: narrow(selector.userData16), data: narrow(selector.userData16) }
const real = {
  bits: 16,
  cpl: 0,
  kind: 'real',
  pagings: ['off'],
  cs: paragraph(0),
  stack: paragraph(0),
} as const
const kernel = { cpl: 0, kind: 'protected', pagings: legacy } as const
const user = { cpl: 3, kind: 'protected', pagings: legacy } as const
const kernelLong = { cpl: 0, kind: 'long', pagings: long } as const
const userLong = { cpl: 3, kind: 'long', pagings: long } as const
const cs32 = flat(selector.code32, code | rights.big)
const userCs32 = flat(selector.userCode32, code | rights.big)
const cs16 = narrow(selector.code16, code)
const userCs16 = narrow(selector.userCode16, code)

export const modes = {
  real16: { ...real, data: paragraph(0) },
  unreal16: { ...real, data: paragraph(0, whole) },
  virtual8086: {
    ...{ bits: 16, cpl: 3, kind: 'virtual', pagings: legacy },
    ...{ cs: paragraph(3), stack: paragraph(3), data: paragraph(3) },
  },
  protected16: { ...kernel, bits: 16, cs: cs16, ...kernel16 },
  protected16user: { ...user, bits: 16, cs: userCs16, ...user16 },
  protected32: { ...kernel, bits: 32, cs: cs32, ...kernel32 },
  protected32user: { ...user, bits: 32, cs: userCs32, ...user32 },
  compatibility16: { ...kernelLong, bits: 16, cs: cs16, ...kernel16 },
  compatibility16user: { ...userLong, bits: 16, cs: userCs16, ...user16 },
  compatibility32: { ...kernelLong, bits: 32, cs: cs32, ...kernel32 },
  compatibility32user: { ...userLong, bits: 32, cs: userCs32, ...user32 },
  long64: { ...kernelLong, bits: 64, cs: flat(selector.code64, code | rights.long), ...kernel32 },
  long64user: { ...userLong, bits: 64, cs: flat(selector.userCode64, code | rights.long), ...user32 },
} as const satisfies Readonly<Record<string, Mode>>
