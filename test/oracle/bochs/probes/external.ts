import {
  doublewords,
  type Gate,
  gate,
  gate64,
  gdt,
  idt,
  idt64,
  type Piece,
  quadwords,
  segment,
  systemType,
  words,
} from '../descriptors.ts'
import { address, selector, stackTop, stub } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { landing, landingPiece, taskGates, taskHandlers } from './common.ts'
import { armed } from './debug.ts'
import { judgedByManual } from './external-judged.ts'

/**
 * Interrupts by way of the local APIC, which sends to itself what is written to its interrupt command
 * register (Vol. 3A, 10.6.1): at the boundary behind the write, so that nothing depends on time.
 */
const apic = 0xfee0_0000
const number = 0x22
const command = { interrupt: 0x4_0000 | number, nmi: 0x4400, init: 0x4500 } as const

const kernels = ['real16', 'prot32', 'long64'] satisfies StateName[]
const everywhere = [...kernels, 'prot32u', 'long64u', 'compat32'] satisfies StateName[]

const isLong = (state: StateName) => states[state].handlers === 64
const accumulator = (state: StateName) => (states[state].bits === 64 ? 'rax' : 'eax')

/** RDI leads to the APIC, which is enabled; real mode takes FS for it, with a limit that survives. */
function reach(state: StateName): string {
  const base = states[state].bits === 64 ? 'mov rdi, test_region_long' : `mov edi, ${apic}`
  const unreal = `mov eax, cr0; or al, 1; mov cr0, eax; mov bx, data32; mov fs, bx; and al, 0xfe; mov cr0, eax`
  const enable = `mov dword ${at(state, 0xf0)}, 0x1ff`
  return [base, ...(state === 'real16' ? [unreal] : []), enable].join('; ')
}

function at(state: StateName, register: number): string {
  if (state === 'real16') return `[fs:edi + ${register}]`
  return `[${states[state].bits === 64 ? 'rdi' : 'edi'} + ${register}]`
}

const send = (state: StateName, what: keyof typeof command) =>
  `mov dword ${at(state, 0x300)}, ${command[what]}`

function probe(state: StateName, what: string, code: string, more: Partial<Probe> = {}): Probe {
  const level3 = (states[state].cs & 3) === 3
  const rights = level3 ? 7 : 3
  return {
    name: `${state} ${what}`,
    state,
    code: `${reach(state)}; ${code}`,
    events: 2,
    ...(level3 && { flags: 0x3002 }),
    ...more,
    memory: [
      ...(isLong(state) ? [quadwords(address.test_table, BigInt(apic | rights) & 0xffff_ffffn)] : []),
      ...(more.memory ?? []),
    ],
  }
}

/** Flags in and out by way of the stack: `or` a mask, or `and` one. */
function flags(state: StateName, change: 'or' | 'and', mask: number): string {
  const { bits } = states[state]
  const suffix = { 16: '', 32: 'd', 64: 'q' }[bits]
  const top = { 16: 'word [esp]', 32: 'dword [esp]', 64: 'qword [rsp]' }[bits]
  return `pushf${suffix}; ${change} ${top}, ${mask}; popf${suffix}`
}

const open = 0x200
const trap = 0x100
const intr = (state: StateName) => send(state, 'interrupt')
const nmi = (state: StateName) => send(state, 'nmi')
const nops = 'nop; nop; nop'

/** INTR waits while IF is 0, and behind STI and MOV SS for one instruction (6.8.1, 6.8.3; Vol. 2 STI). */
const shadows = everywhere.flatMap((state): Probe[] => {
  const { bits } = states[state]
  const pending = (what: string, code: string, more: Partial<Probe> = {}) =>
    probe(state, `INTR, ${what}`, `${intr(state)}; ${code}`, more)
  const loadStack = { 16: 'push dword 0; mov word [esp], 0x9000', 32: 'push ss; push esp', 64: '' }[bits]
  return [
    pending('STI', `sti; ${nops}`),
    pending('STI twice', `sti; sti; ${nops}`),
    pending('STI and CLI', `sti; cli; ${nops}`),
    pending('STI and POPF that closes', `sti; ${flags(state, 'and', ~open)}; ${nops}`),
    pending('POPF opens', `${flags(state, 'or', open)}; ${nops}`),
    pending('STI and MOV SS', `mov ax, ss; sti; mov ss, ax; ${nops}`),
    pending('STI and MOV SS twice', `mov ax, ss; sti; mov ss, ax; mov ss, ax; ${nops}`),
    pending('STI and MOV DS', `mov ax, ds; sti; mov ds, ax; ${nops}`),
    ...(bits === 64 ? [] : [pending('STI and POP SS', `push ss; sti; pop ss; ${nops}`)]),
    ...(loadStack === ''
      ? []
      : [
          pending(
            'STI and LSS',
            `${loadStack}; sti; lss ${bits === 16 ? 'sp, [ss:esp]' : 'esp, [esp]'}; ${nops}`,
          ),
        ]),
    pending('STI and a fault', 'xor ecx, ecx; sti; div ecx'),
    pending('STI and INT', 'sti; int 0x21; nop'),
    pending('STI and INT3', 'sti; int3; nop'),
    pending('STI and UD2', 'sti; ud2'),
    pending('STI and a jump', 'sti; jmp .x; nop; .x: nop; nop'),
    pending('POPF sets TF, too', `${flags(state, 'or', open | trap)}; nop; nop`, { events: 4 }),
    pending('TF, then STI', `${flags(state, 'or', trap)}; sti; nop; nop`, { events: 4 }),
    pending('TF, STI, MOV SS', `mov ax, ss; ${flags(state, 'or', trap)}; sti; mov ss, ax; nop; nop`, {
      events: 4,
    }),
    ...(states[state].cs & 3 ? [] : [pending('STI and HLT', 'sti; hlt; nop; nop')]),
    probe(state, 'INTR while IF is set', `sti; nop; ${intr(state)}; ${nops}`),
    probe(state, 'INTR behind STI that changes nothing', `sti; nop; sti; ${intr(state)}; ${nops}`),
    probe(state, 'no INTR while IF is clear', `${intr(state)}; ${nops}`),
  ]
})

/** A handler of the probe's own. */
function handler(state: StateName, vector: number, label: string): string {
  const a = accumulator(state)
  if (state === 'real16') return `mov word [${4 * vector}], ${label}; mov word [${4 * vector + 2}], cs`
  const gateAt = address.idt + (isLong(state) ? 16 : 8) * vector
  return `mov ${a}, ${label}; mov [${gateAt}], ax; shr eax, 16; mov [${gateAt + 6}], ax`
}
const iret = (state: StateName) => ({ 16: 'iret', 32: 'iretd', 64: 'iretq' })[states[state].bits]

/** Order of what comes at one boundary (table 6-2), and what NMI does to itself (6.7.1). */
const priorities = kernels.flatMap((state): Probe[] => {
  const { bits } = states[state]
  const linear = (label: string) => (bits === 16 ? `0x10000 + ${label}` : label)
  const own = (what: string, inHandler: string, code: string, more: Partial<Probe> = {}) =>
    probe(state, what, `${handler(state, 2, '.nmi')}; jmp .go; .nmi: ${inHandler}; .go: ${code}`, more)
  const rest = `mov eax, 0x2222; ${nops}`
  return [
    probe(state, 'NMI', `${nmi(state)}; ${nops}`),
    probe(state, 'NMI while IF is set', `sti; nop; ${nmi(state)}; ${nops}`),
    probe(state, 'NMI behind STI', `sti; ${nmi(state)}; ${nops}`),
    probe(state, 'NMI and INTR', `${intr(state)}; sti; ${nmi(state)}; ${nops}`, { events: 3 }),
    probe(state, 'NMI under TF', `${flags(state, 'or', trap)}; ${nmi(state)}; nop; nop`, { events: 5 }),
    probe(state, 'two NMIs', `${nmi(state)}; ${nmi(state)}; ${nops}`, { events: 3 }),
    own(
      'NMI waits for the IRET of its handler',
      `inc ebx; inc edx; cmp edx, esi; jbe .a; mov esi, edx; .a: cmp ebx, 3; jae .out; ${nmi(state)}
        nop; nop; .out: dec edx; ${iret(state)}`,
      `xor ebx, ebx; xor edx, edx; xor esi, esi; ${nmi(state)}; ${rest}`,
      { events: 1 },
    ),
    own(
      'NMI waits for any IRET',
      `inc ebx; cmp ebx, 1; jne .out; ${nmi(state)}; int 0x21; mov ecx, 5; .out: ${iret(state)}`,
      `xor ebx, ebx; ${send(state, 'nmi')}; ${rest}`,
    ),
    own(
      'NMI handler opens to INTR',
      `sti; ${intr(state)}; nop; nop; ${iret(state)}`,
      `${nmi(state)}; ${rest}`,
    ),
    probe(
      state,
      'INTR and an instruction breakpoint',
      `${intr(state)}; ${armed(state, 0, linear('.t'), 0x402, 'sti; nop; .t: nop; nop')}`,
      { events: 3 },
    ),
    probe(
      state,
      'NMI and an instruction breakpoint',
      armed(state, 0, linear('.t'), 0x402, `${nmi(state)}; .t: nop; nop`),
      { events: 3 },
    ),
    probe(
      state,
      'INTR and a data breakpoint',
      `${intr(state)}; ${armed(state, 0, `${address.data}`, 0x1_0402, `mov ebx, ${address.data}; sti; mov [${bits === 64 ? 'rbx' : bits === 16 ? 'bx' : 'ebx'}], al; nop`)}`,
      { events: 3 },
    ),
    probe(
      state,
      'INTR and a data breakpoint under MOV SS',
      `${intr(state)}; mov cx, ss; ${armed(state, 0, `${address.data}`, 0x1_0402, `mov ebx, ${address.data}; sti; mov ss, cx; mov [${bits === 64 ? 'rbx' : bits === 16 ? 'bx' : 'ebx'}], al; nop`)}`,
      { events: 3 },
    ),
    probe(
      state,
      'INTR and MWAIT',
      `${intr(state)}; mov eax, ${address.data}; xor ecx, ecx; xor edx, edx; monitor; sti; mwait; nop; nop`,
    ),
    probe(
      state,
      'INTR and REP STOSB',
      `${intr(state)}; ${bits === 64 ? 'mov rdi' : 'mov edi'}, ${address.data}; mov ecx, 3; sti; rep stosb; nop`,
    ),
    probe(state, 'NMI and HLT', `${intr(state)}; ${nmi(state)}; sti; hlt; nop`, { events: 2 }),
  ]
})

/** Delivery from outside: no gate's DPL, EXT in error codes (6.12.1, 6.13). */
const taskSegment = { base: address.other_tss, limit: 0x67, type: systemType.tss32, system: true, big: false }
const type = systemType.interruptGate32
const absent: Gate = { selector: selector.code32, offset: stub[32](number), type, present: false }
const absent64: Gate = { ...absent, selector: selector.code64, offset: stub[64](number) }
const idtOf = (state: StateName, options: Gate, options64: Gate) =>
  isLong(state) ? idt64(number, gate64(options64)) : idt(number, gate(options))

const toTask = idt(number, gate({ selector: selector.other_task, offset: 0, type: systemType.taskGate }))
const { other_tss: tss } = address
const newTaskFaults: readonly (readonly [string, Piece])[] = [
  ['CS null', words(tss + 0x4c, 0)],
  ['SS null', words(tss + 0x50, 0)],
  ['DS beyond the GDT', words(tss + 0x54, 0x1f8)],
  ['LDT null, CS in it', words(tss + 0x4c, 0x0c)],
  ['LDT that is none', words(tss + 0x60, selector.data32)],
  ['not present', gdt(selector.other_task, segment({ ...taskSegment, present: false }))],
  ['busy', gdt(selector.other_task, segment({ ...taskSegment, type: systemType.busyTss32 }))],
]

const delivery = (['prot32', 'long64', 'prot32u', 'long64u', 'compat32'] satisfies StateName[]).flatMap(
  (state): Probe[] => {
    const one = (what: string, more: Partial<Probe>) =>
      probe(state, `INTR, ${what}`, `${intr(state)}; sti; nop; nop`, { events: 1, ...more })
    const far = { ...absent, present: true, selector: 0x1f8 }
    const nothing = { ...absent, present: true, selector: 0 }
    const opens = { ...absent, present: true, type: systemType.trapGate32 }
    return [
      one('its gate not present', { memory: [idtOf(state, absent, absent64)] }),
      one('past the limit of the IDT', { idtLimit: isLong(state) ? 0x21f : 0x10f }),
      one('code that is none', { memory: [idtOf(state, far, far)] }),
      one('code null', { memory: [idtOf(state, nothing, nothing)] }),
      one('trap gate', {
        memory: [idtOf(state, opens, { ...opens, selector: selector.code64, offset: stub[64](number) })],
      }),
      ...(isLong(state)
        ? [
            one('by IST', { memory: [idt64(number, gate64({ ...absent64, present: true, count: 1 }))] }),
            one('by an IST that is not canonical', {
              memory: [
                idt64(number, gate64({ ...absent64, present: true, count: 1 })),
                quadwords(address.tss + 0x24, 1n << 47n),
              ],
            }),
          ]
        : [
            one('to a task', {
              memory: [...taskGates(number)],
            }),
            one('to a task that is none', {
              memory: [
                idt(number, gate({ selector: selector.data32, offset: 0, type: systemType.taskGate })),
              ],
            }),
          ]),
      ...(isLong(state)
        ? []
        : newTaskFaults.map(([what, spoilt]) =>
            one(`to a task, ${what}`, { memory: [toTask, ...taskHandlers(10), spoilt] }),
          )),
      ...(state === 'prot32u' ? [one('SS0 null', { memory: [doublewords(address.tss + 8, 0)] })] : []),
    ]
  },
)

/** In virtual-8086 mode, which an IRET enters with IF set. */
const virtual: readonly Probe[] = [
  ['IOPL 3', 0x2_3202, 0],
  ['IOPL 0', 0x2_0202, 0],
  ['IOPL 0, VME', 0x2_0202, 1],
  ['IF clear', 0x2_3002, 0],
].map(([what, image, vme]) =>
  probe(
    'prot32',
    `INTR in virtual-8086 mode, ${what}`,
    `${intr('prot32')}; ${vme ? 'mov eax, 1; mov cr4, eax;' : ''} push 0; push 0; push 0; push 0; push 0; push ${stackTop.stack3};
      push ${image}; push ${address.code >> 4}; push ${landing - address.code}; iretd`,
    { memory: [landingPiece], events: 1 },
  ),
)

/** INIT resets, but keeps MSRs: the ROM begins again, and the probe with it (table 9-1). */
function again(state: 'prot32' | 'long64'): Probe {
  const marker = address.record + 0x800
  const read = 'mov ecx, 0x174; rdmsr; mov ebx, eax; mov ecx, 0x277; rdmsr; mov esi, eax'
  return probe(
    state,
    'INIT keeps MSRs',
    `cmp dword [${marker}], 0; jne .second; inc dword [${marker}]
      mov ecx, 0x174; mov eax, 0x1234; xor edx, edx; wrmsr
      mov ecx, 0x277; rdmsr; mov eax, 0x00070400; wrmsr; ${send(state, 'init')}; ${nops}
      .second: ${read}; mov ecx, 0; mov edx, 0; mov ${accumulator(state)}, cr0`,
    { events: 1 },
  )
}

export const external: ProbeGroup = {
  name: 'external',
  manual: '6.3, 6.7-6.9, 6.12-6.13; 10.6.1; table 9-1; Vol. 2 STI, MOV, HLT, MWAIT',
  probes: [...shadows, ...priorities, ...delivery, ...virtual, again('prot32'), again('long64')].map(
    judgedByManual,
  ),
}
