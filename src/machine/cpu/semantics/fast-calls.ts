import { eferBit, flagBit, sysretFlags } from '../register-bits.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import { isCanonical48 } from './is-canonical.ts'
import { letIn } from './let-in.ts'
import type { Operations, Semantic } from './operations.ts'
import { readRflags, writeRflags } from './rflags.ts'

const [rcx, r11] = [1, 11]
const wholeSpace = 0xffff_ffff
/** What makes the next boundary one to look at. */
const exceptional = flagBit.trap | flagBit.virtualInterruptPending

const common = rights.nonSystem | rights.accessed | rights.writable | rights.present | rights.granular

/** The plain case of `control/fast-calls.ts`: EFER.SCE, no TF, and LSTAR canonical in 48 bits. */
const syscall: Semantic = (b) => {
  const flags = b.op('and', readRflags(b), ~flagBit.resume)
  const target = b.state(state.lstar)
  const star = b.op('and', b.op('shr_u', b.state(state.star), 32), 0xffff)
  const mask = b.op('xor', b.op('and', b.state(state.fmask), 0xffff_ffff), -1)
  const quiet = b.op('eqz', b.op('and', flags, flagBit.trap))
  b.leaveUnless(b.op32('and', b.op32('and', isEnabled(b), isCanonical48(b, target)), quiet))
  const destination = b.near(target)
  const back = b.nextAddress()
  const after = b.op('and', flags, mask)
  b.commit(() => {
    b.set(b.register(rcx, 8), back)
    b.set(b.register(r11, 8), flags)
    writeRflags(b, after, after)
    setFlat(b, segment.cs, b.op('and', star, 0xfffc), common | rights.code | rights.long)
    setFlat(b, segment.ss, b.op('add', star, 8), common | rights.big)
    b.setPrivilege(0)
    b.goto(destination)
  })
}

/** The plain case: to 64-bit code, without TF here or there, with nothing that would interrupt it there. */
const sysret: Semantic = (b) => {
  const target = b.get(b.register(rcx, 8))
  const r11Now = b.get(b.register(r11, 8))
  const star = b.op('shr_u', b.state(state.star), 48)
  const busy = b.op('or', b.state(state.cpl, 'i32'), letIn(b, r11Now))
  const stepped = b.op('and', b.state(state.systemFlags, 'i32'), flagBit.trap)
  const quiet = b.op('eqz', b.op('or', b.op('or', busy, stepped), b.op('and', r11Now, exceptional)))
  const plain = b.op32('and', b.op32('and', isEnabled(b), isCanonical48(b, target)), quiet)
  b.leaveUnless(b.bytes === 8 ? plain : b.op('ne', b.constant(0), 0))
  const destination = b.near(target)
  const ring = 3 << rights.dplShift
  b.commit(() => {
    writeRflags(b, r11Now, b.op('and', r11Now, sysretFlags))
    const user = (distance: number) => b.op('or', b.op('and', b.op('add', star, distance), 0xffff), 3)
    setFlat(b, segment.cs, user(16), common | ring | rights.code | rights.long)
    setFlat(b, segment.ss, user(8), common | ring | rights.big)
    b.setPrivilege(3)
    b.goto(destination)
  })
}

export const fastCalls: Readonly<Record<string, Semantic>> = { SYSCALL: syscall, SYSRET: sysret }

function isEnabled(b: Operations): Expression {
  return b.op('ne', b.op('and', b.state(state.efer), eferBit.sce), 0)
}

function setFlat(b: Operations, number: number, selector: Expression, access: number): void {
  b.setState(state.selectors + 4 * number, b.op32('wrap_i64', b.op('and', selector, 0xffff)), 'i32')
  b.setState(state.segmentBases + 8 * number, 0)
  b.setState(state.segmentLimits + 4 * number, wholeSpace | 0, 'i32')
  b.setState(state.segmentRights + 4 * number, access, 'i32')
}
