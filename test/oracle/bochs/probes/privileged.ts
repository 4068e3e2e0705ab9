import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { byNewFlags } from './fast-calls.ts'

/** Instructions that some level or mode may not execute; the far ends of the encodings as bytes. */
const instructions: readonly (readonly [string, string])[] = [
  ['HLT', 'hlt'],
  ['CLTS', 'clts'],
  ['INVD', 'invd'],
  ['WBINVD', 'wbinvd'],
  ['INVLPG', 'invlpg [0xc000]'],
  ['LGDT', 'lgdt [0xc000]'],
  ['LIDT', 'lidt [0xc000]'],
  ['LLDT', 'xor ax, ax; lldt ax'],
  ['LTR', 'mov ax, 0x50; ltr ax'],
  ['SLDT', 'sldt ax'],
  ['STR', 'str ax'],
  ['SMSW', 'smsw ax'],
  ['LMSW', 'mov ax, 0x11; lmsw ax'],
  ['LAR', 'mov cx, 0x38; lar ax, cx'],
  ['LSL', 'mov cx, 0x28; lsl ax, cx'],
  ['VERR', 'mov ax, 0x38; verr ax'],
  ['VERW', 'mov ax, 0x38; verw ax'],
  ['MOV from CR0', 'db 0x0f, 0x20, 0xc3'],
  ['MOV to CR2', 'db 0x0f, 0x22, 0xd3'],
  ['MOV from DR7', 'db 0x0f, 0x21, 0xfb'],
  ['MOV to DR6', 'db 0x0f, 0x23, 0xf3'],
  ['RDMSR', 'mov ecx, 0x277; rdmsr'],
  ['WRMSR', 'mov ecx, 0x174; xor eax, eax; xor edx, edx; wrmsr'],
  ['IN', 'in al, 0x71'],
  ['OUT', 'out 0x80, al'],
  ['IN from E9, which is open', 'in al, 0xe9'],
  ['CLI', 'cli'],
  ['STI', 'sti'],
  ['SYSENTER', 'sysenter'],
  ['SYSEXIT', 'sysexit'],
  ['SYSRET', 'sysret'],
  ['SWAPGS', 'db 0x0f, 0x01, 0xf8'],
  ['XSETBV', 'db 0x0f, 0x01, 0xd1'],
  ['RSM', 'rsm'],
  ['ARPL or MOVSXD', 'mov ax, 0x10; mov cx, 3; db 0x63, 0xc8'],
  ['UD0', 'db 0x0f, 0xff, 0xc0'],
  ['UD1', 'db 0x0f, 0xb9, 0xc0'],
  ['SALC', 'db 0xd6'],
  ['POP CS', 'db 0x0f'],
]

const quiet: readonly StateName[] = ['real16', 'v86', 'prot32u', 'compat32u', 'long64', 'long64u', 'prot32']
/** What a value read there would show is a fact of a model or of a chip, or ends the probe by itself. */
function isSilent(state: StateName, name: string): boolean {
  const level3 = (states[state].cs & 3) === 3 || state === 'v86'
  if (name === 'POP CS') return true
  if (['HLT', 'LGDT', 'LIDT', 'RDMSR', 'IN', 'IN from E9, which is open'].includes(name)) return !level3
  return false
}

const everywhere = quiet.flatMap((state) =>
  instructions
    .filter(([name]) => !isSilent(state, name))
    .map(([name, code]): Probe => ({ name: `${state} ${name}`, state, code })),
)

/** LOCK: allowed with these alone, and with memory alone. */
const locked: readonly Probe[] = [
  ...['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'xchg', 'xadd', 'cmpxchg'].flatMap((name) => [
    ['', `${name} [rsi], ecx`],
    [' to a register', `${name} ebx, ecx`],
  ]),
  ...['inc', 'dec', 'not', 'neg'].map((name) => ['', `${name} dword [rsi]`]),
  ...['bts', 'btr', 'btc'].map((name) => ['', `${name} dword [rsi], 3`]),
  ['', 'cmpxchg8b [rsi]'],
  ['', 'cmpxchg16b [rsi]'],
  ...['cmp', 'test', 'mov'].map((name) => ['', `${name} [rsi], ecx`]),
  ['', 'bt dword [rsi], 3'],
  ['', 'add ecx, [rsi]'],
  ['', 'shl dword [rsi], 1'],
  ['', 'imul ecx, [rsi]'],
  ['', 'lea ecx, [rsi]'],
  ['', 'push qword [rsi]'],
  ['', 'pop qword [rsi]'],
  ['', 'movsb'],
  ['', 'nop'],
  ['', 'jmp .end'],
  ['', 'ud2'],
].map(([what, code]) => ({
  name: `LOCK ${code?.toUpperCase()}${what}`,
  state: 'long64',
  code: `mov esi, data; mov edi, data2; mov ecx, 5; mov eax, 0; mov ebx, 0; mov edx, 0; db 0xf0; ${code}`,
  watch: [0xc000],
}))

const bytes = (values: readonly number[]) => `db ${values.join(', ')}`
const repeat = (value: number, count: number) => Array.from({ length: count }, () => value)
/** 15 bytes are the most; #GP comes before what the instruction would do. */
const long: readonly Probe[] = (['real16', 'prot32', 'long64'] satisfies StateName[]).flatMap((state) =>
  (
    [
      ['14 prefixes and NOP', [...repeat(0x2e, 14), 0x90]],
      ['15 prefixes and NOP', [...repeat(0x2e, 15), 0x90]],
      ['15 prefixes and UD2', [...repeat(0x2e, 15), 0x0f, 0x0b]],
      ['13 prefixes and UD2', [...repeat(0x2e, 13), 0x0f, 0x0b]],
      ['14 prefixes and UD2', [...repeat(0x2e, 14), 0x0f, 0x0b]],
      ['14 LOCK and NOP', [...repeat(0xf0, 14), 0x90]],
      ['13 prefixes and HLT with LOCK', [...repeat(0x2e, 13), 0xf0, 0xf4]],
      ['an immediate that ends behind 15 bytes', [...repeat(0x2e, 12), 0x81, 0xc0, 1, 2, 3, 4]],
    ] as const
  ).map(([what, code]) => ({ name: `${state} ${what}`, state, code: bytes(code) })),
)

/** R11 sets TF as it is. */
const stepped: NonNullable<Probe['instead']> = {
  expect: ['#DB 3:a1a1a1a1 flags=282b83 sp=b:9000 on=0:8fd8 dr6=ffff4ff0'],
  because: byNewFlags,
}

export const privileged: ProbeGroup = {
  name: 'privileged',
  manual: '5.9; 2.1.1 of Vol. 2; Vol. 2 LOCK; 6.15',
  probes: [...everywhere, ...locked, ...long].map((one) =>
    one.name === 'long64 SYSRET' ? { ...one, instead: stepped } : one,
  ),
}
