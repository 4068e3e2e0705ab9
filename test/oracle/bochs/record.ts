import { mnemonicOf } from '../../../src/observe/exceptions.ts'
import { address, field, selector, stackTop } from './layout.ts'
import type { Probe } from './probe.ts'
import { initialRegister, stateOf } from './rom.ts'
import type { State } from './states.ts'

/** What port E9 said, among other things, and how it ended. */
export interface RomRun {
  readonly output: string
  /** What the machine's makers want to say, for debugging. */
  readonly log?: string
  /** `shutdown` is the probes' own. */
  readonly ending: string
}

/** A run as lines of text: one for each record, and the ending unless it is the probe's own. */
export function describeRun(run: RomRun, probe: Probe, end: number): readonly string[] {
  const records = [...run.output.matchAll(/\[\[([0-9a-f]*)\]\]/g)].map((match) => quadwordsOf(match[1] ?? ''))
  const lines = records.map((record, index) => line(record, probe, end, index === records.length - 1))
  return run.ending === 'shutdown' ? lines : [...lines, run.ending]
}

function quadwordsOf(hex: string): Quadwords {
  const bytes = Buffer.from(hex, 'hex')
  return Array.from({ length: bytes.length >> 3 }, (_, index) => bytes.readBigUInt64LE(8 * index))
}

type Quadwords = readonly bigint[]

const hex = (value: bigint | number) => value.toString(16)
const withCode = new Set([8, 10, 11, 12, 13, 14, 17, 21])
const pageFault = 14
const invalidOpcode = 6
const virtualMode = 0x2_0000n
/** What delivery through an interrupt gate clears: TF, IF, NT, RF, VM; real mode has AC, too. */
const clearedOnEntry = 0x3_4300n

/** What the processor pushed. */
interface Frame {
  readonly code: bigint | null
  readonly ip: bigint
  readonly cs: bigint
  readonly flags: bigint
  /** Of the interrupted code, if pushed. */
  readonly stack: string
  readonly segments: string
}

function line(record: Quadwords, probe: Probe, end: number, last: boolean): string {
  const at = (index: number) => record[index] ?? 0n
  const state = stateOf(probe)
  const vector = Number(at(field.vector))
  if (at(field.tr) === BigInt(selector.fault_task)) return taskLine(record, vector, probe, state, last)
  const frame = frameOf(record, vector, probe.frame ?? Number(at(field.width)))
  const offset = frame.ip - BigInt(frame.cs === BigInt(state.cs) && state.bits === 16 ? 0 : address.code)
  const isEnd = vector === invalidOpcode && offset === BigInt(end)
  const place = offset >= 0n && offset < 0x1_0000n ? `+${hex(offset)}` : hex(frame.ip)
  const name = isEnd ? 'end' : nameOf(vector)
  return [
    frame.code === null ? name : `${name}(${hex(frame.code)})`,
    isEnd && frame.cs === BigInt(state.cs) ? '' : `${hex(frame.cs)}:${place}`,
    `flags=${hex(frame.flags)}`,
    frame.stack,
    frame.segments,
    `on=${hex(at(field.ss))}:${hex(at(field.sp))}`,
    vector === pageFault ? `cr2=${hex(at(field.cr2))}` : '',
    handlerChanges(record, frame, state),
    systemChanges(record, state),
    registerChanges(record, state),
    last ? watched(record, probe) : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** Entered through a task gate: nothing is pushed but an error code. */
function taskLine(record: Quadwords, vector: number, probe: Probe, state: State, last: boolean): string {
  const sp = record[field.sp] ?? 0n
  const code = sp === BigInt(stackTop.ist1) ? '' : `(${hex(BigInt.asUintN(32, record[field.stack] ?? 0n))})`
  const system = systemChanges(record, state)
  return `task ${nameOf(vector)}${code} on=${hex(record[field.ss] ?? 0n)}:${hex(sp)} ${system}${last ? ` ${watched(record, probe)}` : ''}`.trimEnd()
}

function nameOf(vector: number): string {
  return mnemonicOf(vector) ?? `vector ${hex(vector)}`
}

function frameOf(record: Quadwords, vector: number, bits: number): Frame {
  const bytes = Buffer.alloc(96)
  for (let index = 0; index < 12; index++) bytes.writeBigUInt64LE(0n, 8 * index)
  for (let index = 0; index < 12; index++)
    bytes.writeBigUInt64LE(record[field.stack + index] ?? 0n, 8 * index)
  const slots = slotsOf(bytes, bits)
  const sp = record[field.sp] ?? 0n
  // In 64-bit mode the frame is aligned, which tells whether there is a code.
  const coded = bits === 64 ? sp % 16n === 0n : bits === 32 || vector !== 8 ? withCode.has(vector) : false
  const real = Number(record[field.width]) === 16
  const first = coded && !real ? 1 : 0
  const slot = (index: number) => slots[first + index] ?? 0n
  const flags = slot(2)
  const virtual = (flags & virtualMode) !== 0n && bits === 32
  const outer = (slot(1) & 3n) > ((record[field.cs] ?? 0n) & 3n)
  const mask = (value: bigint) => (bits === 16 ? value : value & 0xffffn)
  return {
    code: first === 1 ? (slots[0] ?? 0n) : null,
    ip: slot(0),
    cs: mask(slot(1)),
    flags,
    stack: !real && (bits === 64 || virtual || outer) ? `sp=${hex(mask(slot(4)))}:${hex(slot(3))}` : '',
    segments: virtual ? `es..gs=${[5, 6, 7, 8].map((index) => hex(mask(slot(index)))).join()}` : '',
  }
}

function slotsOf(bytes: Buffer, bits: number): Quadwords {
  const size = bits / 8
  return Array.from({ length: 96 / size }, (_, index) => {
    if (bits === 64) return bytes.readBigUInt64LE(8 * index)
    return BigInt(bits === 32 ? bytes.readUInt32LE(4 * index) : bytes.readUInt16LE(2 * index))
  })
}

/** The handler's CS and flags where they are not what an interrupt gate of the state gives. */
function handlerChanges(record: Quadwords, frame: Frame, state: State): string {
  const cs = record[field.cs] ?? 0n
  const flags = record[field.flags] ?? 0n
  const usual = { 16: address.rom >> 4, 32: selector.code32, 64: selector.code64 }[state.handlers]
  const expected = frame.flags & ~clearedOnEntry & (state.handlers === 16 ? 0xffffn : ~0n)
  return [
    cs === BigInt(usual) ? '' : `cs=${hex(cs)}`,
    flags === expected ? '' : `handler-flags=${hex(flags)}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function systemChanges(record: Quadwords, state: State): string {
  if (((record[field.cs] ?? 0n) & 3n) !== 0n && state.handlers !== 16) return segmentChanges(record, state)
  const real = state.handlers === 16
  const usual: Readonly<Record<string, number>> = {
    cr0: real ? 0x6000_0010 : state.cr0,
    cr3: real ? 0 : state.cr3,
    cr4: real ? 0 : state.cr4,
    efer: state.handlers === 64 ? state.efer | 0x400 : state.efer,
    dr6: 0xffff_0ff0,
    dr7: 0x400,
    tr: state.tr,
    ldtr: 0,
  }
  const changes = Object.entries(usual).map(([name, value]) => {
    const now = record[field[name as keyof typeof field]] ?? 0n
    return now === BigInt(value >>> 0) ? '' : `${name}=${hex(now)}`
  })
  return [...changes, segmentChanges(record, state)].filter((part) => part !== '').join(' ')
}

/** Entry from virtual-8086 mode leaves null selectors, which is what these probes begin with. */
function segmentChanges(record: Quadwords, state: State): string {
  const virtual = (BigInt(state.flags) & virtualMode) !== 0n
  return (['ds', 'es', 'fs', 'gs'] as const)
    .map((name) => {
      const now = record[field[name]] ?? 0n
      return now === BigInt(virtual ? 0 : state.data) ? '' : `${name}=${hex(now)}`
    })
    .filter((part) => part !== '')
    .join(' ')
}

const registerNames = 'ax cx dx bx sp bp si di r8 r9 r10 r11 r12 r13 r14 r15'.split(' ')

function registerChanges(record: Quadwords, state: State): string {
  const wide = state.handlers === 64
  const bits = state.bits === 64 ? 64 : 32
  return registerNames
    .map((name, number) => {
      if (name === 'sp' || (number > 7 && bits !== 64)) return ''
      const now = BigInt.asUintN(bits, record[field.registers + number] ?? 0n)
      const before = BigInt.asUintN(bits, initialRegister(number))
      return now === before ? '' : `${number < 8 ? (wide ? 'r' : 'e') : ''}${name}=${hex(now)}`
    })
    .filter((part) => part !== '')
    .join(' ')
}

function watched(record: Quadwords, probe: Probe): string {
  return (probe.watch ?? [])
    .map((place, index) => `[${hex(place)}]=${hex(record[field.watches + index] ?? 0n)}`)
    .join(' ')
}
