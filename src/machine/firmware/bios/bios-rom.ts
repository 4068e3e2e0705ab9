import { ports } from '../../layout.ts'
import { afterKey } from './after-key.ts'
import { asm, type Code, farService, lengthOf, service, text, word } from './machine-code.ts'
import { protectedModeSwitch } from './protected-mode-switch.ts'
import { layOutRom, type Rom, type RomRow } from './rom-layout.ts'

export const romSegment = 0xf000

/**
 * Offsets in {@link romSegment}. Programs jump to those of the IBM AT's BIOS blindly; the others are where
 * nothing stood.
 */
export const entryPoints = {
  post: 0xe05b,
  int13: 0xe3fe,
  int19: 0xe6f2,
  int0e: 0xef57,
  int14: 0xe739,
  int16: 0xe82e,
  int09: 0xe987,
  floppyTable: 0xefc7,
  int17: 0xefd2,
  int10: 0xf065,
  int12: 0xf841,
  int11: 0xf84d,
  int15: 0xf859,
  int1a: 0xfe6e,
  int08: 0xfea5,
  iret: 0xff53,
  reset: 0xfff0,
  date: 0xfff5,
  model: 0xfffe,
  int18: 0x8000,
  masterIrq: 0x8020,
  slaveIrq: 0x8030,
  halt: 0x8040,
  boot: 0x8050,
  int70: 0x8060,
  keyboardIrq: 0x8080,
  int75: 0x8180,
  int76: 0x81a0,
  int74: 0x9000,
  configuration: 0x9040,
} as const

/** Code of 32 bits, by offset. */
export const bios32Entries = { directory: 0x9060, pci: 0x9080 } as const

/** Of APM, for far calls from protected mode: code that is the same in 16 and 32 bits. */
export const apmEntry = 0x90a0

const [master, slave] = [ports.masterPic.first, ports.slavePic.first]
const [keyboardData, keyboardCommand] = [0x60, 0x64]
const endOfInterrupt = 0x20
const pulseReset = 0xfe

const endMaster = [...asm.movAl(endOfInterrupt), ...asm.outAl(master)]
const endSlave = [...asm.movAl(endOfInterrupt), ...asm.outAl(slave), ...asm.outAl(master)]
const withAx = (code: Code): Code => [...asm.pushAx, ...code, ...asm.popAx, ...asm.iret]
const call = (name: string): Code => [...service(name), ...asm.iret]

/** Code for when a service has left this in AL. */
const ifAl = (value: number, code: Code): Code => [
  ...asm.cmpAl(value),
  ...asm.jneShort(lengthOf(code)),
  ...code,
]

const tellRequest = (al: number): Code => [...asm.movAh(0x85), ...asm.movAl(al), ...asm.int(0x15)]
const decode: Code = [...service('int09'), ...asm.movAhAl, ...endMaster, ...asm.movAlAh]
const hooks: Code = [
  ...ifAl(afterKey.break, asm.int(0x1b)),
  ...ifAl(afterKey.printScreen, asm.int(0x05)),
  ...ifAl(afterKey.systemRequest, tellRequest(0)),
  ...ifAl(afterKey.systemRequestEnds, tellRequest(1)),
  ...ifAl(afterKey.pause, service('pause')),
]
const keyboardIrq = withAx([
  ...asm.inAl(keyboardData),
  ...asm.movAh(0x4f),
  ...asm.stc,
  ...asm.int(0x15),
  // A program that has taken the key clears CF.
  ...asm.jcShort(endMaster.length + 2),
  ...endMaster,
  ...asm.jmpShort(lengthOf([...decode, ...hooks])),
  ...decode,
  ...hooks,
])

/** Sets bits of a byte in segment 40h. */
const note = (at: number, bits: number): Code => [
  ...asm.push.ds,
  ...asm.movAx(0x40),
  ...asm.movDsAx,
  ...asm.orByteAt(at, bits),
  ...asm.popDs,
]
const [noteFloppy, noteDisk] = [note(0x3e, 0x80), note(0x8e, 0xff)]

/** The drive's step rate, gap and such, as INT 1Eh points to: of 1.44 MB floppies. */
const floppyTable = [0xaf, 0x02, 0x25, 0x02, 0x12, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08]

/** Byte FFFEh: an AT. */
const modelAt = 0xfc

/**
 * What INT 15h C0h points to: its length, model, submodel and revision, and features: a second 8259A, a
 * clock, INT 15h 4Fh is called, there is an extended data area; then INT 16h 09h.
 */
const configuration = [...word(8), modelAt, 0, 1, 0x74, 0x40, 0, 0, 0]

/** A packet that is complete is on the stack when the mouse's handler is called. */
const callMouseHandler = [
  ...asm.push.ax,
  ...asm.push.bx,
  ...asm.push.cx,
  ...asm.push.dx,
  ...asm.callFarAt(0x22),
  ...asm.addSp(8),
]
const mouseInterrupt: Code = [
  ...asm.pusha,
  ...asm.push.ds,
  ...service('int74'),
  ...asm.orSiSi,
  ...asm.jzShort(callMouseHandler.length),
  ...callMouseHandler,
  ...endSlave,
  ...asm.popDs,
  ...asm.popa,
  ...asm.iret,
]

/** Whoever has exceptions of x87 reported by interrupts handles them as an NMI, as on the PC. */
const coprocessorInterrupt: Code = [
  ...asm.pushAx,
  ...asm.movAl(0),
  ...asm.outAl(ports.coprocessorError.first),
  ...endSlave,
  ...asm.popAx,
  ...asm.int(0x02),
  ...asm.iret,
]

/** An ejection that INT 13h has nothing against: others may have. */
const askAndEject: Code = [
  ...asm.movAh(0x52),
  ...asm.int(0x15),
  ...asm.jcShort(asm.movAh(0).length),
  ...asm.movAh(0),
  ...service('eject'),
]
const ejectMedium: Code = [
  ...service('int13'),
  ...asm.orAhAh,
  ...asm.jneShort(lengthOf(askAndEject)),
  ...askAndEject,
]
const disks: Code = [
  ...asm.cmpAh(0x46),
  ...asm.jneShort(lengthOf(ejectMedium) + asm.iret.length),
  ...ejectMedium,
  ...asm.iret,
  ...call('int13'),
]

const e = entryPoints

const toSwitch = [...asm.cmpAh(0x89), ...asm.jneShort(0)]
const switchMode = protectedModeSwitch(e.int15 + toSwitch.length)
const system: Code = [...asm.cmpAh(0x89), ...asm.jneShort(switchMode.length), ...switchMode, ...call('int15')]

const rows: readonly RomRow[] = [
  // A jump to the reset vector is a reset.
  { at: e.reset, what: 'reset vector', code: asm.jmpFar(romSegment, e.post) },
  { at: e.post, what: 'POST', code: [...asm.movAl(pulseReset), ...asm.outAl(keyboardCommand), ...asm.hlt] },
  { at: e.int08, what: 'INT 08h', code: [...service('int08'), ...asm.int(0x1c), ...withAx(endMaster)] },
  { at: e.int09, what: 'INT 09h', code: asm.jmpNear(e.int09 + 3, e.keyboardIrq) },
  { at: e.keyboardIrq, what: 'IRQ 1', code: keyboardIrq },
  { at: e.int10, what: 'INT 10h', code: call('int10') },
  { at: e.int0e, what: 'IRQ 6', code: withAx([...noteFloppy, ...endMaster]) },
  { at: e.int13, what: 'INT 13h', code: disks },
  { at: e.int11, what: 'INT 11h', code: call('int11') },
  { at: e.int12, what: 'INT 12h', code: call('int12') },
  { at: e.int14, what: 'INT 14h', code: call('int14') },
  { at: e.int15, what: 'INT 15h', code: system },
  { at: e.int16, what: 'INT 16h', code: [...asm.sti, ...call('int16')] },
  { at: e.int17, what: 'INT 17h', code: call('int17') },
  { at: e.int1a, what: 'INT 1Ah', code: call('int1a') },
  { at: e.int18, what: 'INT 18h', code: call('int18') },
  { at: e.int19, what: 'INT 19h', code: call('int19') },
  { at: e.int70, what: 'IRQ 8', code: withAx([...service('int70'), ...ifAl(1, asm.int(0x4a)), ...endSlave]) },
  { at: e.int74, what: 'IRQ 12', code: mouseInterrupt },
  { at: e.int75, what: 'IRQ 13', code: coprocessorInterrupt },
  { at: e.int76, what: 'IRQ 14', code: withAx([...noteDisk, ...endSlave]) },
  { at: e.configuration, what: 'configuration', code: configuration },
  { at: bios32Entries.directory, what: 'BIOS32', code: [...service('bios32'), ...asm.retf] },
  { at: bios32Entries.pci, what: 'PCI BIOS', code: [...service('pci32'), ...asm.carryIfAh, ...asm.retf] },
  { at: apmEntry, what: 'APM', code: farService('apm') },
  { at: e.iret, what: 'IRET', code: asm.iret },
  { at: e.masterIrq, what: 'IRQ 0 to 7', code: withAx(endMaster) },
  { at: e.slaveIrq, what: 'IRQ 8 to 15', code: withAx(endSlave) },
  { at: e.halt, what: 'halt', code: [...asm.sti, ...asm.hlt, ...asm.jmpShort(-3)] },
  { at: e.boot, what: 'end of POST', code: asm.int(0x19) },
  { at: e.floppyTable, what: 'floppy parameters', code: floppyTable },
  { at: e.date, what: 'date', code: text('01/01/20') },
  { at: e.model, what: 'model', code: word(modelAt) },
]

/** The system BIOS: 64 KiB below 1 MiB. */
export const biosRom: Rom = layOutRom(romSegment * 16, 0x1_0000, rows)
