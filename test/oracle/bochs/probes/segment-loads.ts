import { gdt, ldt, type Piece, type Segment, segment, segmentType, systemType } from '../descriptors.ts'
import { address, selector } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'

const { own } = selector
const { data, readOnly, expandDown, code, executeOnly, conforming } = segmentType

const levels = ['prot32', 'prot32u', 'compat32', 'compat32u', 'long64', 'long64u'] satisfies StateName[]
const watch = [address.gdt + own]

function load(
  state: StateName,
  register: string,
  what: string,
  value: number,
  memory: readonly Piece[],
): Probe {
  const name = `${state} ${register.toUpperCase()} ${what}`
  return { name, state, code: `mov ax, ${value}; mov ${register}, ax`, memory, watch }
}

/** Descriptors that are wrong for some register; DPL is the level of the state unless it says otherwise. */
const descriptors: readonly (readonly [string, Segment])[] = [
  ['data', { type: data }],
  ['data not accessed', { type: data & ~1 }],
  ['data not present', { type: data, present: false }],
  ['read-only data', { type: readOnly }],
  ['expand-down data', { type: expandDown }],
  ['readable code', { type: code }],
  ['execute-only code', { type: executeOnly }],
  ['conforming code', { type: conforming }],
  ['conforming code, DPL 0', { type: conforming, dpl: 0 }],
  ['execute-only conforming code', { type: conforming & ~2 }],
  ['an LDT', { type: systemType.ldt, system: true }],
  ['a call gate', { type: systemType.callGate32, system: true }],
  ['type 0', { type: 0, system: true }],
  ['type 0 not present', { type: 0, system: true, present: false }],
]

/** DS stands for ES, FS and GS too; each of those is asked once. */
const kinds = levels.flatMap((state) =>
  ['ds', 'ss'].flatMap((register) => {
    const level = states[state].cs & 3
    const at = own | level
    return [
      load(state, register, 'null', 0, []),
      load(state, register, 'null with RPL 3', 3, []),
      load(state, register, 'beyond the GDT', 0x200 | level, []),
      load(state, register, 'in an LDT that is not there', 0x0c | level, []),
      ...descriptors.map(([what, options]) =>
        load(state, register, what, at, [gdt(at, segment({ dpl: level, ...options }))]),
      ),
    ]
  }),
)

const others = (['prot32', 'long64'] satisfies StateName[]).flatMap((state) =>
  ['es', 'fs', 'gs'].flatMap((register) =>
    [
      ['data', { type: data & ~1 }],
      ['execute-only code', { type: executeOnly }],
      ['data not present', { present: false }],
    ].map(([what, options]) =>
      load(state, register, String(what), own, [gdt(own, segment(options as Segment))]),
    ),
  ),
)

const privileges = (['prot32', 'prot32u'] satisfies StateName[]).flatMap((state) =>
  ['ds', 'ss'].flatMap((register) =>
    [0, 1, 2, 3].flatMap((dpl) =>
      [0, 1, 2, 3].map((rpl) =>
        load(state, register, `DPL ${dpl} RPL ${rpl}`, own | rpl, [gdt(own, segment({ type: data, dpl }))]),
      ),
    ),
  ),
)

/** LDT entry 0x14: index 2, TI set. */
const inLdt: readonly Probe[] = (['prot32', 'long64'] satisfies StateName[]).flatMap((state): Probe[] => [
  {
    name: `${state} DS from the LDT`,
    state,
    ldtr: selector.ldt_selector,
    memory: [ldt(0x14, segment({ type: data & ~1 }))],
    code: 'mov ax, 0x14; mov ds, ax',
    watch: [address.ldt + 0x10],
  },
  {
    name: `${state} DS beyond the LDT`,
    state,
    ldtr: selector.ldt_selector,
    code: 'mov ax, 0x104; mov ds, ax',
  },
  {
    name: `${state} SS from the LDT, not present`,
    state,
    ldtr: selector.ldt_selector,
    memory: [ldt(0x14, segment({ type: data, present: false }))],
    code: 'mov ax, 0x14; mov ss, ax',
  },
])

/** Other ways to load: nothing may change where one faults. */
const ways: readonly Probe[] = [
  {
    name: 'POP DS not present leaves ESP',
    state: 'prot32',
    memory: [gdt(own, segment({ present: false }))],
    code: 'push own; pop ds',
  },
  {
    name: 'POP SS',
    state: 'prot32',
    memory: [gdt(own, segment({ big: false, type: data & ~1 }))],
    code: 'push own; pop ss',
    watch,
  },
  {
    name: 'LDS not present leaves EBX',
    state: 'prot32',
    memory: [gdt(own, segment({ present: false }))],
    code: 'mov dword [data], 0x12345678; mov word [data + 4], own; lds ebx, [data]',
  },
  {
    name: 'LSS of a data segment',
    state: 'prot32',
    code: 'mov dword [data], 0x8800; mov word [data + 4], data16; lss esp, [data]',
  },
  {
    name: 'LSS null',
    state: 'prot32',
    code: 'mov dword [data], 0x8800; mov word [data + 4], 0; lss esp, [data]',
  },
  {
    name: 'LFS with a 16-bit offset',
    state: 'prot32',
    code: 'mov dword [data], 0x00381234; lfs bx, [data]',
  },
  { name: 'LES of a register', state: 'prot32', code: 'db 0xc4, 0xc3' },
  { name: 'LSS of a register', state: 'prot32', code: 'db 0x0f, 0xb2, 0xc3' },
  {
    name: 'LSS with a 64-bit offset',
    state: 'long64',
    code: 'mov qword [data], 0x8800; mov word [data + 8], data32; db 0x48; lss esp, [data]',
  },
  {
    name: 'LGS with a 64-bit offset',
    state: 'long64',
    code: 'mov rax, 0x123456789abcdef0; mov [data], rax; mov word [data + 8], data32; db 0x48; lgs ebx, [data]',
  },
  { name: 'MOV CS', state: 'prot32', code: 'mov ax, code32; db 0x8e, 0xc8' },
  { name: 'MOV to segment register 6', state: 'prot32', code: 'mov ax, data32; db 0x8e, 0xf0' },
  { name: 'MOV from segment register 7', state: 'prot32', code: 'db 0x8c, 0xf8' },
  { name: 'MOV EAX, DS clears the high half', state: 'prot32', code: 'mov eax, ds' },
  { name: 'MOV AX, DS keeps the high half', state: 'prot32', code: 'mov ax, ds' },
  { name: 'PUSH DS of 32 bits', state: 'prot32', code: 'push -1; pop eax; push ds; pop eax' },
  { name: 'MOV DS null, then a use', state: 'prot32', code: 'xor eax, eax; mov ds, ax; mov al, [0]' },
  {
    name: 'MOV DS null, then a use, 64-bit',
    state: 'long64',
    code: 'xor eax, eax; mov ds, ax; mov al, [data]',
  },
  {
    name: 'FS base of a descriptor in 64-bit mode',
    state: 'long64',
    memory: [gdt(own, segment({ base: 0xc000 }))],
    code: 'mov rax, 0x1122334455667788; mov [data + 8], rax; mov ax, own; mov fs, ax; mov rbx, [fs:8]',
  },
  {
    name: 'FS null keeps or clears its base in 64-bit mode',
    state: 'long64',
    memory: [gdt(own, segment({ base: 0xc000 }))],
    code: 'mov ax, own; mov fs, ax; xor eax, eax; mov fs, ax; mov ecx, 0xc0000100; rdmsr',
  },
  {
    name: 'the GDT lies over the end of its limit',
    state: 'prot32',
    gdtLimit: own + 6,
    memory: [gdt(own, segment({}))],
    code: 'mov ax, own; mov ds, ax',
  },
  {
    name: 'the GDT ends with the descriptor',
    state: 'prot32',
    gdtLimit: own + 7,
    memory: [gdt(own, segment({}))],
    code: 'mov ax, own; mov ds, ax',
  },
]

export const segmentLoads: ProbeGroup = {
  name: 'segment-loads',
  manual: 'Vol. 2 MOV, POP, LDS; 3.4, 5.2-5.7',
  probes: [...kinds, ...others, ...privileges, ...inLdt, ...ways],
}
