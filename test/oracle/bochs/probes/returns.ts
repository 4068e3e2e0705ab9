import { gdt, type Piece, type Segment, segment, segmentType } from '../descriptors.ts'
import { selector, stackTop } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { landing, landingPiece } from './common.ts'

const { own } = selector
const second = own + 0x10
const { code, conforming, data, readOnly } = segmentType
const hex = (value: number) => `0x${value.toString(16)}`
const land = hex(landing)

interface Frame {
  readonly cs: number
  readonly ip?: string
  readonly flags?: number
  readonly ss?: number
  readonly sp?: string
}

/** Pushes a frame and returns by it; `bits` is the operand size. */
function back(
  state: StateName,
  operation: 'iret' | 'retf',
  what: string,
  frame: Frame,
  memory: readonly Piece[] = [],
  bits = states[state].bits,
): Probe {
  const { cs, ip = land, flags, ss, sp = hex(stackTop.stack3 - 0x20) } = frame
  const long = bits === 64
  const push = (value: string | number) =>
    long ? `mov rax, ${value}; push rax` : `push ${bits === 16 ? 'word' : 'dword'} ${value}`
  const size = { 16: 'w', 32: 'd', 64: 'q' }[bits]
  const last =
    operation === 'iret'
      ? `iret${size}`
      : `${long ? 'db 0x48; ' : bits !== states[state].bits ? 'db 0x66; ' : ''}retf`
  const lines = [
    ...(ss === undefined ? [] : [push(ss), push(sp)]),
    ...(operation === 'iret' ? [push(flags ?? 2)] : []),
    push(cs),
    push(ip),
    last,
  ]
  const name = `${state} ${operation.toUpperCase()}${bits === states[state].bits ? '' : ` of ${bits} bits`} ${what}`
  return { name, state, code: lines.join(';'), memory: [landingPiece, ...memory] }
}

const operations = ['iret', 'retf'] as const
const legacy = ['prot32', 'long64'] satisfies StateName[]
const wide = (state: StateName) => (states[state].handlers === 64 ? { big: false, long: true } : {})

/** To the same level: the code segment. In 64-bit mode IRET takes a stack, too. */
const codeErrors = legacy.flatMap((state) =>
  operations.flatMap((operation) => {
    const usual =
      states[state].bits === 64 && operation === 'iret' ? { ss: selector.data32, sp: '0x8f00' } : {}
    const one = (what: string, cs: number, options?: Segment, ip?: string) =>
      back(
        state,
        operation,
        what,
        { ...usual, cs, ...(ip && { ip }) },
        options ? [gdt(own, segment({ type: code, ...wide(state), ...options }))] : [],
      )
    return [
      one('to code', own, {}),
      one('to code not accessed', own, { type: code & ~1 }),
      one('to null', 0),
      one('to null with RPL 3', 3),
      one('beyond the GDT', 0x200),
      one('into no LDT', 0x0c),
      one('to data', own, { type: data }),
      one('to code not present', own, { present: false }),
      one('to code of DPL 3, RPL 0', own, { dpl: 3 }),
      one('to code of DPL 1, RPL 0', own, { dpl: 1 }),
      one('to conforming code', own, { type: conforming }),
      one('to conforming code of DPL 3', own, { type: conforming, dpl: 3 }),
      one('beyond the limit', own, { limit: 0x7ff }),
      ...(state === 'long64' ? [one('to a non-canonical address', own, {}, '0x800000000000')] : []),
      ...(state === 'long64' ? [one('to code with D and L', own, { big: true })] : []),
    ]
  }),
)

/** Bochs 2.7 says #NP; later versions know better. */
function notPresent(state: StateName): Partial<Probe> {
  const expect = {
    prot32: '#SS(d0) 8:+13 flags=10002 on=10:8fdc',
    long64: '#SS(d0) 18:+1e flags=10002 sp=10:8fd8 on=10:8fa0 rax=10800',
  }[state as 'prot32' | 'long64']
  return { instead: { expect: [expect], because: 'Vol. 2 IRET: SS not present is #SS(selector)' } }
}

/** To level 3: the stack segment. */
const outer = legacy.flatMap((state) =>
  operations.flatMap((operation) => {
    const cs = state === 'long64' ? selector.user_code64 : selector.user_code32
    const one = (what: string, ss: number, options?: Segment, more: Partial<Frame> = {}) => {
      const memory = options ? [gdt(second, segment({ type: data, dpl: 3, ...options }))] : []
      return back(state, operation, `to level 3, ${what}`, { cs, ss, ...more }, memory)
    }
    return [
      one('good stack', selector.user_data32),
      one('SS null', 0),
      one('SS null with RPL 3', 3),
      one('SS beyond the GDT', 0x203),
      one('SS with RPL 0', selector.user_data32 & ~3),
      one('SS with DPL 0', selector.data32 | 3),
      one('SS read-only', second | 3, { type: readOnly }),
      one('SS code', second | 3, { type: code }),
      {
        ...one('SS not present', second | 3, { present: false }),
        ...(operation === 'iret' && notPresent(state)),
      },
      one('SS not accessed', second | 3, { type: data & ~1 }),
    ]
  }),
)

const levels: readonly Probe[] = [
  back('prot32', 'retf', 'to level 1', { cs: selector.code1, ss: selector.data1, sp: '0xbf00' }),
  back('prot32', 'iret', 'to level 1', { cs: selector.code1, ss: selector.data1, sp: '0xbf00' }),
  back('prot32u', 'retf', 'to an inner level', { cs: selector.code32 }),
  back('prot32u', 'iret', 'to an inner level', { cs: selector.code32 }),
  back('prot32u', 'iret', 'to an inner level with RPL 3', { cs: selector.code32 | 3 }),
  back('long64u', 'iret', 'to an inner level', { cs: selector.code64, ss: selector.data32, sp: '0xaf00' }),
  back('prot32', 'retf', 'to conforming code with RPL 3', { cs: own | 3, ss: selector.user_data32 }, [
    gdt(own, segment({ type: conforming })),
  ]),
  {
    name: 'prot32 RETF n to level 3 releases parameters on both stacks',
    state: 'prot32',
    code: `push user_data32; push 0xaf00; push 1; push 2; push user_code32; push ${land}; retf 8`,
    memory: [landingPiece],
  },
  {
    name: 'prot32 RETF n to the same level',
    state: 'prot32',
    code: `push 1; push 2; push code32; push ${land}; retf 8`,
    memory: [landingPiece],
  },
  {
    name: 'prot32 IRET to level 3 clears data segments of inner levels',
    state: 'prot32',
    code: `mov ax, data1; mov es, ax; mov ax, user_data32; mov fs, ax; mov ax, own; mov gs, ax;
      push user_data32; push 0xaf00; push 2; push user_code32; push ${land}; iretd`,
    memory: [landingPiece, gdt(own, segment({ type: conforming }))],
  },
  {
    name: 'long64 IRETQ to level 3 clears data segments of inner levels',
    state: 'long64',
    code: `mov ax, data1; mov es, ax; mov ax, user_data32; mov fs, ax;
      push user_data32; push 0xaf00; push 2; push user_code32; push ${land}; iretq`,
    memory: [landingPiece],
  },
]

const all = 0x3f_7fd7
const flagForms: readonly Probe[] = [
  back('prot32', 'iret', 'of flags at level 0', {
    cs: selector.code32,
    flags: 0x24_7cd7 & ~0x4000 & ~0x100 & ~0x2_0000,
  }),
  back('prot32u', 'iret', 'of flags at level 3', { cs: selector.user_code32, flags: 0x20_3ed7 }),
  back('prot32', 'iret', 'of flags to level 3', {
    cs: selector.user_code32,
    ss: selector.user_data32,
    flags: 0x20_3ed7,
  }),
  back('long64', 'iret', 'of flags at level 0', {
    cs: selector.code64,
    ss: selector.data32,
    sp: '0x8f00',
    flags: all & ~0x4100 & ~0x2_0000 & ~0x18_0000,
  }),
  back('long64u', 'iret', 'of flags at level 3', {
    cs: selector.user_code64,
    ss: selector.user_data32,
    flags: 0x20_3ed7,
  }),
  back('long64', 'iret', 'with VM set', {
    cs: selector.code64,
    ss: selector.data32,
    sp: '0x8f00',
    flags: 0x2_0002,
  }),
  { name: 'long64 IRETQ with NT', state: 'long64', code: 'push 0x4002; popfq; iretq' },
  { name: 'prot32u POPF of IOPL and IF', state: 'prot32u', code: 'push 0x3202; popfd' },
  { name: 'prot32u POPF with IOPL 3', state: 'prot32u', flags: 0x3002, code: 'push 0x0202; popfd' },
  { name: 'prot32 POPF of everything', state: 'prot32', code: 'push 0x3c7ed7; popfd' },
  { name: 'long64 POPF of everything', state: 'long64', code: 'push 0x3c7ed7; popfq' },
  {
    name: 'prot32 POPFW keeps the high half',
    state: 'prot32',
    code: 'push 0x240002; popfd; push word 0x0ed7; popfw',
  },
  { name: 'prot32 PUSHF hides VM and RF', state: 'prot32', code: 'push 0x10002; popfd; pushfd; pop eax' },
]

const popsStack = 'Vol. 2 IRET, IA-32e-MODE: begun in 64-bit mode, RSP and SS are popped whatever the size'
const sizes: readonly Probe[] = [
  back('prot32', 'retf', '', { cs: selector.code16, ip: '0x800' }, [], 16),
  back('prot32', 'iret', '', { cs: selector.code16, ip: '0x800' }, [], 16),
  back('long64', 'iret', 'to 64-bit code', { cs: selector.code64, ss: selector.data32, sp: '0x8f00' }),
  back('long64', 'iret', 'to compatibility code', { cs: selector.code32, ss: selector.data32, sp: '0x8f00' }),
  back('long64', 'iret', 'with SS null', { cs: selector.code64, ss: 0, sp: '0x8f00' }),
  back('long64', 'iret', 'to compatibility code with SS null', { cs: selector.code32, ss: 0, sp: '0x8f00' }),
  back('long64', 'iret', 'to a non-canonical RSP', { cs: selector.code64, ss: 0x10, sp: '0x900000000000' }),
  back('long64', 'retf', 'to compatibility code', { cs: selector.code32 }),
  back('compat32', 'iret', 'to 64-bit code', { cs: selector.code64, ss: selector.data32, sp: '0x8f00' }),
  back('compat32', 'retf', 'to 64-bit code', { cs: selector.code64 }),
  back('compat32', 'iret', 'to the same level', { cs: selector.code32 }),
  back('compat32', 'iret', 'to level 3', { cs: selector.user_code32, ss: selector.user_data32 }),
  {
    instead: { expect: ['#UD 18:+800 flags=10002 sp=10:8f00 on=10:8ed8'], because: popsStack },
    name: 'long64 IRETD',
    state: 'long64',
    code: `sub rsp, 20; mov dword [rsp], ${land}; mov dword [rsp + 4], code64; mov dword [rsp + 8], 2;
      mov dword [rsp + 12], 0x8f00; mov dword [rsp + 16], data32; iretd`,
    memory: [landingPiece],
  },
  {
    instead: { expect: ['#UD c0:800 flags=10002 sp=10:8f00 on=10:8ed8'], because: popsStack },
    name: 'long64 IRETW',
    state: 'long64',
    code: `sub rsp, 10; mov word [rsp], 0x800; mov word [rsp + 2], own; mov word [rsp + 4], 2;
      mov word [rsp + 6], 0x8f00; mov word [rsp + 8], data32; iretw`,
    memory: [landingPiece, gdt(own, segment({ type: code, base: 0x1_0000, big: true }))],
  },
  {
    name: 'prot32 IRETD from a stack that ends',
    state: 'prot32',
    code: 'mov ax, own; mov ss, ax; mov esp, 0x8ff8; iretd',
    memory: [gdt(own, segment({ type: data, limit: 0x8ffb }))],
  },
  { name: 'long64 IRETQ from a non-canonical stack', state: 'long64', code: 'mov rsp, 1 << 47; iretq' },
  { name: 'long64 RET to a non-canonical address', state: 'long64', code: 'mov rax, 1 << 47; push rax; ret' },
  { name: 'long64 JMP to a non-canonical address', state: 'long64', code: 'mov rax, 1 << 47; jmp rax' },
  { name: 'long64 CALL to a non-canonical address', state: 'long64', code: 'mov rax, 1 << 47; call rax' },
  {
    name: 'prot32 RET beyond the limit',
    state: 'prot32',
    memory: [gdt(own, segment({ type: code, limit: 0x1_0fff })), landingPiece],
    code: `jmp own:.here; .here: push 0x11000; ret`,
  },
  {
    name: 'prot32 CALL beyond the limit pushes nothing',
    state: 'prot32',
    memory: [gdt(own, segment({ type: code, limit: 0x1_0fff }))],
    code: `jmp own:.here; .here: mov eax, 0x11000; call eax`,
  },
]

export const returns: ProbeGroup = {
  name: 'returns',
  manual: 'Vol. 2 RET, IRET, POPF; 5.8.6, 6.12.1, 6.14.3',
  probes: [...codeErrors, ...outer, ...levels, ...flagForms, ...sizes],
}
