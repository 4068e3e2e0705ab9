import type { Registers, Segment, TableRegister } from '../../observe/registers.ts'
import { x87Of } from '../../observe/x87.ts'
import { invariant } from '../../support/invariant.ts'
import type { Monitor } from './monitor.ts'

/**
 * The registers of every CPU, by CPU number. The machine must stand still: on a running one RIP is only the
 * start of the current block.
 */
export async function readRegisters(monitor: Monitor): Promise<readonly Registers[]> {
  // Without `-a` QEMU 7.2 does not show the halted state.
  return parseRegisters(await monitor.human('info registers -a'))
}

/**
 * Parses what `info registers -a` prints (QEMU target/i386/cpu-dump.c). Outside 64-bit code segments QEMU
 * shows only the low 32 bits of RAX–RDI, RIP, RFLAGS and the segment bases, and no R8–R15 and XMM8–XMM15:
 * what is not shown is 0.
 */
export function parseRegisters(text: string): readonly Registers[] {
  return text
    .split(/^CPU#\d+$/m)
    .slice(1)
    .map(parseCpu)
}

function parseCpu(dump: string): Registers {
  const values = new Map<string, bigint>()
  for (const [, name, digits] of dump.matchAll(/\b([A-Z][A-Z0-9]+) ?=([0-9a-f]+)\b/g)) {
    if (name !== undefined && digits !== undefined && !values.has(name))
      values.set(name, BigInt(`0x${digits}`))
  }
  const value = (...names: readonly string[]): bigint => {
    for (const name of names) {
      const found = values.get(name)
      if (found !== undefined) return found
    }
    return 0n
  }
  return {
    ...generalRegisters(value),
    rip: value('RIP', 'EIP'),
    rflags: value('RFL', 'EFL'),
    cr0: value('CR0'),
    cr2: value('CR2'),
    cr3: value('CR3'),
    cr4: value('CR4'),
    efer: value('EFER'),
    pdptes: null,
    ...segmentRegisters(dump),
    gdtr: table(dump, 'GDT'),
    idtr: table(dump, 'IDT'),
    x87: x87Of({
      fcw: Number(value('FCW')),
      fsw: Number(value('FSW')),
      full: Number(value('FTW')),
      bits: floatRegisters(dump),
    }),
    mxcsr: Number(value('MXCSR')),
    xmm: vectorRegisters(dump),
    cpl: Number(value('CPL')),
    halted: value('HLT') === 1n,
  }
}

/** `FPR0=8000000000000000 3fff`: significand, then sign and exponent, of R0 to R7. */
function floatRegisters(dump: string): readonly bigint[] {
  const found = [...dump.matchAll(/\bFPR\d=([0-9a-f]{16}) ([0-9a-f]{4})/g)]
  return found.map(([, significand, exponent]) => BigInt(`0x${exponent}${significand}`))
}

/** `XMM00=…` in two halves, the upper first. Where AVX is on QEMU calls them YMM00, and ZMM00. */
function vectorRegisters(dump: string): readonly bigint[] {
  const found = [...dump.matchAll(/\b[XYZ]MM\d\d=(?:[0-9a-f]{16} )*([0-9a-f]{16}) ([0-9a-f]{16})/g)]
  const shown = found.map(([, high, low]) => BigInt(`0x${high}${low}`))
  return Array.from({ length: 16 }, (_, number) => shown[number] ?? 0n)
}

type GeneralRegister =
  `r${'ax' | 'bx' | 'cx' | 'dx' | 'si' | 'di' | 'bp' | 'sp' | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15}`

function generalRegisters(value: (...names: readonly string[]) => bigint): Pick<Registers, GeneralRegister> {
  return {
    rax: value('RAX', 'EAX'),
    rbx: value('RBX', 'EBX'),
    rcx: value('RCX', 'ECX'),
    rdx: value('RDX', 'EDX'),
    rsi: value('RSI', 'ESI'),
    rdi: value('RDI', 'EDI'),
    rbp: value('RBP', 'EBP'),
    rsp: value('RSP', 'ESP'),
    r8: value('R8'),
    r9: value('R9'),
    r10: value('R10'),
    r11: value('R11'),
    r12: value('R12'),
    r13: value('R13'),
    r14: value('R14'),
    r15: value('R15'),
  }
}

type SegmentRegister = 'cs' | 'ss' | 'ds' | 'es' | 'fs' | 'gs' | 'ldtr' | 'tr'

function segmentRegisters(dump: string): Pick<Registers, SegmentRegister> {
  return {
    cs: segment(dump, 'CS'),
    ss: segment(dump, 'SS'),
    ds: segment(dump, 'DS'),
    es: segment(dump, 'ES'),
    fs: segment(dump, 'FS'),
    gs: segment(dump, 'GS'),
    ldtr: segment(dump, 'LDT'),
    tr: segment(dump, 'TR'),
  }
}

const attributeBits = 0x00f0_ff00

/** `CS =0008 00000000 ffffffff 00cf9b00 DPL=0 CS32 [-RA]`: selector, base, limit, descriptor flags. */
function segment(dump: string, name: string): Segment {
  const line = new RegExp(`^${name} *=([0-9a-f]{4}) ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)`, 'm').exec(dump)
  invariant(line !== null, `QEMU's register dump has a line for ${name}`)
  const [selector, base, limit, flags] = line.slice(1).map((digits) => BigInt(`0x${digits}`))
  return {
    selector: Number(selector),
    base: base ?? 0n,
    limit: Number(limit),
    attributes: Number(flags) & attributeBits,
  }
}

/** `GDT=     000f6180 00000037`: base, limit. */
function table(dump: string, name: string): TableRegister {
  const line = new RegExp(`^${name} *= *([0-9a-f]+) ([0-9a-f]+)`, 'm').exec(dump)
  invariant(line !== null, `QEMU's register dump has a line for ${name}`)
  return { base: BigInt(`0x${line[1]}`), limit: Number(`0x${line[2]}`) }
}
