import {
  gate,
  gate64,
  gdt,
  idt,
  idt64,
  type Piece,
  segment,
  segmentType,
  systemType,
} from '../descriptors.ts'
import { address, selector, stub } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { taskGates } from './common.ts'

const { own } = selector
const kernels = ['prot32', 'paged32', 'long64'] satisfies StateName[]

/** The gate of a vector with a flaw: its delivery raises another exception. */
function flawed(state: StateName, vector: number, flaw: 'not present' | 'null' | 'bad type'): Piece {
  const more = { 'not present': { present: false }, null: { selector: 0 }, 'bad type': { type: 0 } }[flaw]
  if (states[state].handlers === 64) {
    const usual = { selector: selector.code64, offset: stub[64](vector), type: systemType.interruptGate32 }
    return idt64(vector, gate64({ ...usual, ...more }))
  }
  const usual = { selector: selector.code32, offset: stub[32](vector), type: systemType.interruptGate32 }
  return idt(vector, gate({ ...usual, ...more }))
}

/** A way to raise each vector, as good as nothing else happens. */
const causes: Readonly<Record<number, readonly [string, string]>> = {
  0: ['#DE', 'xor ecx, ecx; div ecx'],
  1: ['#DB', 'db 0xf1'],
  3: ['#BP', 'int3'],
  6: ['#UD', 'ud2'],
  7: ['#NM', 'mov AX, cr0; or al, 8; mov cr0, AX; fnop'],
  11: ['#NP', 'mov ax, own; mov ds, ax'],
  12: ['#SS', 'mov ax, own; mov ss, ax'],
  13: ['#GP', 'mov ax, 0x200; mov ds, ax'],
  14: ['#PF', 'mov esi, 0x120000; mov al, [esi]'],
}

/** First every exception whose gate raises #NP or #GP, then the same with a second flaw. */
const pairs = kernels.flatMap((state) =>
  Object.entries(causes)
    .filter(([number]) => state !== 'prot32' || number !== '14')
    .flatMap(([number, [name, code]]): Probe[] => {
      const vector = Number(number)
      const memory = [gdt(own, segment({ type: segmentType.data, present: false }))]
      const line = code.replaceAll('AX', states[state].bits === 64 ? 'rax' : 'eax')
      const one = (what: string, more: readonly Piece[]): Probe => ({
        name: `${state} ${name}, ${what}`,
        state,
        code: line,
        memory: [...memory, ...more],
      })
      return [
        one('its gate not present', [flawed(state, vector, 'not present')]),
        one('its gate to null', [flawed(state, vector, 'null')]),
        one('its gate and that of #NP not present', [
          flawed(state, vector, 'not present'),
          flawed(state, 11, 'not present'),
        ]),
        one('its gate and that of #DF not present', [
          flawed(state, vector, 'null'),
          flawed(state, 13, 'null'),
          flawed(state, 8, 'bad type'),
        ]),
      ]
    }),
)

/** A handler whose stack or table is not mapped. */
const unmapped = (at: number): Piece => ({ at: address.table + 8 * (at >> 12), bytes: new Uint8Array(8) })
const unmapped32 = (at: number): Piece => ({
  at: address.legacy_table + 4 * (at >> 12),
  bytes: new Uint8Array(4),
})
const withPageFaults: readonly Probe[] = [
  ['#DE, the IDT not mapped', 'xor ecx, ecx; div ecx', address.idt],
  ['#DE, the GDT not mapped', 'xor ecx, ecx; div ecx', address.gdt],
  ['INT n, the GDT not mapped', 'int 0x20', address.gdt],
  ['#DE, the stack not mapped', 'xor ecx, ecx; div ecx', 0x8000],
  ['#PF, the stack not mapped', 'mov esi, 0x120000; mov al, [rsi]', 0x8000],
  ['INT n, the stack not mapped', 'int 0x20', 0x8000],
].flatMap(([what, code, at]): Probe[] => [
  { name: `long64 ${what}`, state: 'long64', code: String(code), memory: [unmapped(Number(at))] },
  {
    name: `paged32 ${what}`,
    state: 'paged32',
    code: String(code).replace('rsi', 'esi'),
    memory: [unmapped32(Number(at))],
  },
])

const levels: readonly Probe[] = [
  {
    name: 'long64u #PF, RSP0 not mapped',
    state: 'long64u',
    code: 'mov esi, 0x120000; mov al, [rsi]',
    memory: [unmapped(0x8000)],
  },
  { name: 'long64u #GP, the TSS not mapped', state: 'long64u', code: 'cli', memory: [unmapped(address.tss)] },
  {
    name: 'prot32 #DF by a task',
    state: 'prot32',
    code: 'xor ecx, ecx; div ecx',
    memory: [flawed('prot32', 0, 'null'), ...taskGates(8)],
  },
  {
    name: 'prot32 the stack ends, #DF by a task',
    state: 'prot32',
    code: 'mov ax, own; mov ss, ax; mov esp, 2; push eax',
    memory: [...taskGates(8), gdt(own, segment({ limit: 0xfff }))],
  },
  { name: 'prot32 an empty IDT', state: 'prot32', idtLimit: 0, code: 'int3' },
  {
    name: 'prot32 an IDT with #DF alone',
    state: 'prot32',
    idtLimit: 0x47,
    code: 'mov ax, 0x200; mov ds, ax',
  },
  { name: 'long64 an IDT without #GP', state: 'long64', idtLimit: 0x8f, code: 'mov ax, 0x200; mov ds, ax' },
  { name: 'real16 INT beyond the IDT', state: 'real16', idtLimit: 0x7f, code: 'int 0x20' },
  { name: 'real16 an empty IDT', state: 'real16', idtLimit: 0, code: 'int3' },
  { name: 'real16 SP of 1', state: 'real16', code: 'mov sp, 1; push ax' },
  { name: 'real16 INT with SP of 4', state: 'real16', code: 'mov sp, 4; int 0x20' },
]

/** Which of two faults of one instruction wins. */
const order: readonly Probe[] = (
  [
    ['prot32', 'a privileged instruction that is locked', 'db 0xf0; hlt'],
    ['prot32u', 'a privileged instruction that is locked', 'db 0xf0; hlt'],
    ['prot32u', 'a privileged memory operand beyond the limit', 'lgdt [cs:0xffffffff]'],
    ['long64u', 'a privileged load from nowhere', 'lgdt [0x120000]'],
    ['long64u', 'LLDT from nowhere', 'lldt [0x120000]'],
    ['long64u', 'INVLPG', 'invlpg [0x120000]'],
    ['prot32u', 'IN of a port that is closed', 'in al, 0x60'],
    ['prot32u', 'INS to nowhere of a port that is closed', 'xor edi, edi; mov dx, 0x60; insb'],
    ['long64u', 'OUTS from nowhere of a port that is closed', 'mov esi, 0x120000; mov dx, 0x60; outsb'],
    ['long64', 'DIV by 0 in a page that is missing', 'div dword [0x120000]'],
    ['long64', 'a read-modify-write of a page that is missing', 'add dword [0x120000], 1'],
    [
      'long64',
      'PUSH of a page that is missing on a stack that is missing',
      'mov rsp, 0x130000; push qword [0x120000]',
    ],
    ['long64', 'CALL through a page that is missing', 'call [0x120000]'],
    ['long64', 'CMPXCHG16B not aligned in a page that is missing', 'cmpxchg16b [0x120008]'],
    ['long64', 'CMPXCHG16B not aligned', 'cmpxchg16b [data + 8]'],
    ['prot32', 'BOUND beyond', 'mov dword [data], 1; mov dword [data + 4], 2; mov eax, 3; bound eax, [data]'],
    ['prot32', 'BOUND of a register', 'db 0x62, 0xc0'],
    ['long64', 'BOUND', 'db 0x62, 0x00, 0x00, 0x00, 0x00, 0x00'],
    ['prot32', 'AAM by 0', 'aam 0'],
    ['prot32', 'IDIV that overflows', 'mov edx, 0x40000000; mov ecx, 1; idiv ecx'],
    ['prot32', 'INTO', 'mov al, 0x7f; inc al; into'],
    ['long64', 'INTO', 'db 0xce'],
    ['prot32', 'an x87 instruction with EM', 'mov eax, cr0; or al, 4; mov cr0, eax; fnop'],
    ['prot32', 'WAIT with TS and MP', 'mov eax, cr0; or al, 10; mov cr0, eax; db 0x9b'],
    ['prot32', 'WAIT with TS', 'mov eax, cr0; or al, 8; mov cr0, eax; db 0x9b'],
    ['prot32', 'SSE without OSFXSR', 'movaps xmm0, xmm1'],
    [
      'prot32',
      'SSE with EM and TS',
      'mov eax, cr4; or eax, 0x200; mov cr4, eax; mov eax, cr0; or al, 12; mov cr0, eax; movaps xmm0, xmm1',
    ],
    [
      'prot32',
      'SSE with TS',
      'mov eax, cr4; or eax, 0x200; mov cr4, eax; mov eax, cr0; or al, 8; mov cr0, eax; movaps xmm0, xmm1',
    ],
    ['prot32', 'MMX with EM', 'mov eax, cr0; or al, 4; mov cr0, eax; paddb mm0, mm1'],
  ] satisfies [StateName, string, string][]
).map(([state, what, code]) => ({ name: `${state} ${what}`, state, code }))

/** Alignment checks need AM, AC and level 3. */
const aligned = (state: StateName, what: string, code: string, more: Partial<Probe> = {}): Probe => ({
  name: `${state} #AC: ${what}`,
  state,
  cr0: state === 'long64u' || state === 'long64' ? 0x8005_0011 : 0x4_0011,
  flags: 0x4_0002,
  code,
  ...more,
})
const alignment: readonly Probe[] = (['prot32u', 'long64u'] satisfies StateName[]).flatMap((state) => [
  aligned(state, 'a word', 'mov ax, [data + 1]'),
  aligned(state, 'a doubleword', 'mov eax, [data + 2]'),
  aligned(state, 'a doubleword that is aligned', 'mov eax, [data + 4]'),
  aligned(state, 'a write', 'mov [data + 1], eax'),
  aligned(state, 'a byte', 'mov al, [data + 1]'),
  aligned(state, 'PUSH', state === 'prot32u' ? 'sub esp, 2; push eax' : 'sub rsp, 2; push rax'),
  aligned(state, 'without AM', 'mov eax, [data + 1]', { cr0: state === 'long64u' ? 0x8001_0011 : 0x11 }),
  aligned(state, 'without AC', 'mov eax, [data + 1]', { flags: 2 }),
  aligned(state, 'SGDT', 'sgdt [data + 1]'),
  aligned(state, 'INT pushes on an odd stack', state === 'prot32u' ? 'inc esp; int3' : 'inc rsp; int3'),
  aligned(state, 'a page that is missing', 'mov eax, [0x120001]'),
])
const alignmentMore: readonly Probe[] = [
  aligned('prot32', 'at level 0', 'mov eax, [data + 1]'),
  aligned('long64u', 'a quadword on 4 bytes', 'mov rax, [data + 4]'),
  aligned('long64u', 'MOVSQ', 'mov rsi, data + 4; mov rdi, data2; movsq'),
]

export const faults: ProbeGroup = {
  name: 'faults',
  manual: '6.5, 6.9, 6.15, table 6-5',
  probes: [...pairs, ...withPageFaults, ...levels, ...order, ...alignment, ...alignmentMore],
}
