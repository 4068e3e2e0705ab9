import { rights, segment, state } from '../state-layout.ts'
import { eferBit, flagBit } from '../system/cpu-state.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

const [rcx, r11] = [1, 11]
const wholeSpace = 0xffff_ffff
const arithmeticFlags = 0x8d5
/** Where the arithmetic flags stand in RFLAGS. */
const place = { c: 0, p: 2, a: 4, z: 6, s: 7, o: 11 } as const
/** What SYSRET takes from R11 besides: all but RF, VM and reserved bits (SDM volume 2, SYSRET). */
const returnedFlags = 0x3c_7fd7 & ~arithmeticFlags
const alwaysSet = 2
/** What makes the next boundary one to look at. */
const exceptional = flagBit.trap | flagBit.virtualInterruptPending

const common = rights.nonSystem | rights.accessed | rights.writable | rights.present | rights.granular

/** The plain case of `control/fast-calls.ts`: EFER.SCE, and LSTAR canonical in 48 bits. */
const syscall: Semantic = (b) => {
  const flags = rflags(b)
  const target = b.state(state.lstar)
  const star = b.op('and', b.op('shr_u', b.state(state.star), 32), 0xffff)
  const mask = b.op('xor', b.op('and', b.state(state.fmask), 0xffff_ffff), -1)
  b.leaveUnless(b.op32('and', isEnabled(b), isCanonical48(b, target)))
  const destination = b.near(target)
  const back = b.nextAddress()
  const after = b.op('and', flags, mask)
  b.commit(() => {
    b.set(b.register(rcx, 8), back)
    b.set(b.register(r11, 8), flags)
    writeFlags(b, after)
    setFlat(b, segment.cs, b.op('and', star, 0xfffc), common | rights.code | rights.long)
    setFlat(b, segment.ss, b.op('add', star, 8), common | rights.big)
    b.setPrivilege(0)
    b.goto(destination)
  })
}

/** The plain case: to 64-bit code, without TF, with nothing that would interrupt it there. */
const sysret: Semantic = (b) => {
  const target = b.get(b.register(rcx, 8))
  const r11Now = b.get(b.register(r11, 8))
  const star = b.op('shr_u', b.state(state.star), 48)
  const busy = b.op('or', b.state(state.cpl, 'i32'), b.state(state.pending, 'i32'))
  const quiet = b.op('eqz', b.op('or', busy, b.op('and', r11Now, exceptional)))
  const plain = b.op32('and', b.op32('and', isEnabled(b), isCanonical48(b, target)), quiet)
  b.leaveUnless(b.bytes === 8 ? plain : b.op('ne', b.constant(0), 0))
  const destination = b.near(target)
  const ring = 3 << rights.dplShift
  b.commit(() => {
    writeFlags(b, r11Now)
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

function isCanonical48(b: Operations, address: Expression): Expression {
  return b.op('eq', b.op('shr_s', b.op('shl', address, 16), 16), address)
}

/** RFLAGS without RF. */
function rflags(b: Operations): Expression {
  const system = b.op('and', b.state(state.systemFlags, 'i32'), ~(arithmeticFlags | flagBit.resume) >>> 0)
  return (['c', 'p', 'a', 'z', 's', 'o'] as const).reduce(
    (all, name) => b.op('or', all, b.op('shl', b.flag(name), place[name])),
    system,
  )
}

function writeFlags(b: Operations, flags: Expression): void {
  const bit = (name: keyof typeof place) => b.op('and', b.op('shr_u', flags, place[name]), 1)
  const high = b.op('or', b.op('shl', bit('c'), 63), b.op('shl', b.op('xor', bit('c'), bit('o')), 62))
  b.setFlagsApart(bit('s'), bit('z'), bit('p'), b.op('or', high, b.op('shl', bit('a'), 3)))
  b.setSystemFlags(b.op32('wrap_i64', b.op('or', b.op('and', flags, returnedFlags), alwaysSet)))
}

function setFlat(b: Operations, number: number, selector: Expression, access: number): void {
  b.setState(state.selectors + 4 * number, b.op32('wrap_i64', b.op('and', selector, 0xffff)), 'i32')
  b.setState(state.segmentBases + 8 * number, 0)
  b.setState(state.segmentLimits + 4 * number, wholeSpace | 0, 'i32')
  b.setState(state.segmentRights + 4 * number, access, 'i32')
}
