import { flagBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import { letIn } from './let-in.ts'
import type { Semantic } from './operations.ts'
import { readRflags, writeRflags } from './rflags.ts'

const arithmetic =
  flagBit.carry | flagBit.parity | flagBit.auxiliary | flagBit.zero | flagBit.sign | flagBit.overflow
/** What any POPF may change. */
const always = arithmetic | flagBit.trap | flagBit.direction | flagBit.nestedTask
const wide = flagBit.alignmentCheck | flagBit.id
const hidden = flagBit.resume | flagBit.virtual8086

/** The plain cases of `events/flags-instructions.ts`: not in virtual-8086 mode. */
const pushFlags: Semantic = (b) => {
  const flags = readRflags(b)
  b.leaveUnless(b.op('eqz', b.op('and', flags, flagBit.virtual8086)))
  const top = b.op('sub', b.pointer('sp'), b.bytes)
  const slot = b.at('ss', top, 'w')
  b.commit(() => {
    b.set(slot, b.op('and', flags, ~hidden >>> 0))
    b.setPointer('sp', top)
  })
}

/** Without TF, with nothing that would interrupt what comes next. */
const popFlags: Semantic = (b) => {
  const before = readRflags(b)
  const busy = b.op('and', before, flagBit.virtual8086 | flagBit.virtualInterruptPending)
  b.leaveUnless(b.op('eqz', busy))
  const top = b.pointer('sp')
  const image = b.get(b.leaveUnlessPlain(b.at('ss', top, 'r')))
  b.leaveUnless(b.op('eqz', b.op('and', image, flagBit.trap)))
  const level = b.state(state.cpl, 'i32')
  const iopl = b.op('and', b.op('shr_u', before, 12), 3)
  const enable = b.select(b.op('le_u', level, iopl), b.constant(flagBit.interrupt), b.constant(0))
  const inner = flagBit.interrupt | flagBit.ioplMask
  const privileged = b.select(b.op('eqz', level), b.constant(inner), enable)
  const mask = b.op('or', privileged, b.bytes === 2 ? always : always | wide)
  const kept = b.op('and', before, b.op('xor', mask, -1))
  const after = b.op('or', kept, b.op('and', image, mask))
  b.leaveUnless(b.op('eqz', letIn(b, after)))
  const next = b.op('add', top, b.bytes)
  b.commit(() => {
    writeRflags(b, after, after)
    b.setPointer('sp', next)
    if (b.bytes > 2) b.run('selectBank')
  })
}

export const flagsStack: Readonly<Record<string, Semantic>> = { PUSHF: pushFlags, POPF: popFlags }
