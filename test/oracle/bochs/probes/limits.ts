import {
  doublewords,
  gdt,
  type Piece,
  quadwords,
  type Segment,
  segment,
  segmentType,
} from '../descriptors.ts'
import { address, selector } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'

const { own } = selector
const { data, readOnly, expandDown, code, executeOnly, conforming } = segmentType

/** Loads DS (or another register) with a segment, then accesses it. */
function access(
  what: string,
  options: Segment,
  line: string,
  register = 'ds',
  state: StateName = 'prot32',
): Probe {
  return {
    name: `${state} ${what}`,
    state,
    code: `mov ax, own; mov ${register}, ax; ${line}`,
    memory: [gdt(own, segment({ base: address.data, limit: 0xff, ...options }))],
    watch: [address.data + 0xf8],
  }
}

const up = [
  ['byte at the limit', 'mov al, [0xff]'],
  ['byte behind the limit', 'mov al, [0x100]'],
  ['word over the limit', 'mov ax, [0xff]'],
  ['doubleword that ends at the limit', 'mov eax, [0xfc]'],
  ['doubleword over the limit', 'mov eax, [0xfd]'],
  ['write over the limit changes nothing', 'mov dword [0xfd], 0x11223344'],
  ['ADD over the limit', 'add dword [0xfe], 1'],
  ['offset that wraps', 'mov eax, [0xffffffff]'],
  ['LEA is no access', 'lea eax, [0x1000]'],
  ['LODSD', 'mov esi, 0xfd; lodsd'],
  ['REP LODSB stops', 'mov esi, 0xfe; mov ecx, 8; rep lodsb'],
  ['XLAT', 'mov ebx, 0xf8; mov al, 8; xlatb'],
  ['BT of a register', 'mov eax, 0x800; bt [0], eax'],
  ['INVLPG', 'invlpg [0x100]'],
  ['LGDT over the limit', 'lgdt [0xfc]'],
  ['CMPXCHG8B over the limit', 'cmpxchg8b [0xf9]'],
  ['FS:', 'mov fs, ax; mov al, [fs:0x100]'],
].flatMap(([what, line]) => [access(String(what), { type: data }, String(line))])

const kinds: readonly Probe[] = [
  access('a write to read-only data', { type: readOnly }, 'mov [0], al'),
  access('ADD to read-only data', { type: readOnly }, 'add [0], al'),
  access('a read of read-only data', { type: readOnly }, 'mov al, [0]'),
  access('a write to code', { type: code }, 'mov [0], al'),
  access('a read of code', { type: code }, 'mov al, [0]'),
  access('a write to conforming code', { type: conforming }, 'mov [0], al'),
  access('expand-down: below', { type: expandDown }, 'mov al, [0xff]'),
  access('expand-down: the first byte', { type: expandDown }, 'mov al, [0x100]'),
  access('expand-down: at the top', { type: expandDown }, 'mov al, [0xffffffff]'),
  access('expand-down, 16-bit: at the top', { type: expandDown, big: false }, 'mov al, [0xffff]'),
  access('expand-down, 16-bit: beyond', { type: expandDown, big: false }, 'mov al, [0x10000]'),
  access('expand-down, 16-bit: a word over the top', { type: expandDown, big: false }, 'mov ax, [0xffff]'),
  access('pages: the last byte', { limit: 0x10_0fff }, 'mov al, [0x100fff]'),
  access('pages: behind', { limit: 0x10_0fff }, 'mov al, [0x101000]'),
  access('a null segment', {}, 'xor eax, eax; mov ds, ax; mov [0], al'),
  {
    name: 'prot32 a read of execute-only code',
    state: 'prot32',
    memory: [gdt(own, segment({ type: executeOnly }))],
    code: 'jmp own:.x; .x: mov al, [cs:0xc000]',
  },
  ...[
    'mov [cs:0xc000], al',
    'mov [cs:ebx], ecx',
    'or byte [cs:ebx + 4], 1',
    'xchg [cs:ebx], al',
    'cmp [cs:ebx], al',
  ].map(
    (code): Probe => ({
      name: `prot32 ${code.toUpperCase()}`,
      state: 'prot32',
      code: `mov ebx, data; ${code}`,
    }),
  ),
  ...[
    'mov [cs:ebx], ecx',
    'or byte [cs:ebx + 4], 1',
    'mov al, [cs:ebx]',
    'mov al, [fs:ebx]',
    'mov [gs:ebx], al',
  ].map(
    (code): Probe => ({
      name: `prot32 ${code.toUpperCase()} of a page that is known`,
      state: 'prot32',
      memory: [gdt(own, segment({ type: data, limit: 0xbfff })), gdt(own + 8, segment({ type: readOnly }))],
      code: `mov ax, own; mov fs, ax; mov ax, own + 8; mov gs, ax; mov ebx, data; inc dword [ebx]; ${code}`,
    }),
  ),
  access('level 3 beyond the limit', { type: data, dpl: 3 }, 'mov al, [0x100]', 'ds', 'prot32u'),
  access('compatibility mode, beyond the limit', { type: data }, 'mov al, [0x100]', 'ds', 'compat32'),
  access('64-bit mode has no limits', { type: data }, 'mov al, [0x10000]', 'ds', 'long64'),
  access('64-bit mode has no read-only segments', { type: readOnly }, 'mov [0xc000], al', 'ds', 'long64'),
  access('64-bit mode: FS has a base, no limit', { type: data }, 'mov al, [fs:0x100]', 'fs', 'long64'),
]

/** A small stack at `data`: #SS needs another stack, so the stack is only looked at, not broken. */
const stack = (what: string, line: string, options: Segment = {}): Probe => ({
  name: `prot32 stack: ${what}`,
  state: 'prot32',
  code: `mov ax, own; mov ss, ax; ${line}`,
  memory: [gdt(own, segment({ type: data, limit: 0x8fff, ...options }))],
})
const stacks: readonly Probe[] = [
  stack('POP behind the limit', 'mov esp, 0x8ffe; pop eax'),
  stack('by EBP behind the limit', 'mov ebp, 0x9000; mov al, [ebp]'),
  stack('by ESP behind the limit', 'mov al, [esp + 4]'),
  stack('DS: of EBP', 'mov ebp, 0x9000; mov al, [ds:ebp]'),
  stack('SS: of EAX', 'mov eax, 0x9000; mov al, [ss:eax]'),
  stack('16-bit: PUSH wraps', 'mov esp, 0x9000; push eax; pop ebx', { big: false, limit: 0xffff }),
  stack('16-bit: ESP keeps its upper half', 'mov esp, 0x19000; push eax; mov ebx, esp; mov esp, 0x9000', {
    big: false,
    limit: 0xffff,
  }),
  stack('LEAVE', 'mov ebp, 0x8ffe; leave'),
  stack('RET', 'mov esp, 0x8ffe; ret'),
  stack('POPA', 'mov esp, 0x8ff0; popad'),
  stack('POP to memory that is not there', 'mov bx, 0x28; mov ds, bx; pop dword [0x20000]'),
]

const real: readonly Probe[] = [
  ['a word at FFFF', 'mov bx, 0xffff; mov ax, [bx]'],
  ['a write of a doubleword at FFFD', 'mov bx, 0xfffd; mov [bx], eax'],
  ['an address above 64 KiB', 'mov ebx, 0x10000; mov al, [ebx]'],
  ['PUSH with SP of 2', 'mov sp, 2; push ax; mov sp, 0x9000'],
  ['POP at FFFF', 'mov sp, 0xffff; pop ax'],
  ['by BP at FFFF', 'mov bp, 0xffff; mov ax, [bp]'],
  ['LODSW at FFFF', 'mov si, 0xffff; lodsw'],
  ['MOVSD over FFFF', 'mov si, 0; mov di, 0xfffe; movsd'],
  ['STOSB wraps DI', 'mov ax, 0xc00; mov es, ax; mov di, 0xffff; stosb'],
  ['BOUND', 'mov ax, 5; mov word [0xc000], 1; mov word [0xc002], 2; bound ax, [0xc000]'],
  ['DIV by 0', 'xor cx, cx; div cx'],
  ['a jump beyond 64 KiB', 'mov eax, 0x10000; jmp eax'],
  ['a CALL beyond 64 KiB', 'mov eax, 0x10000; call eax'],
  ['execution runs over FFFF', 'jmp 0xffff'],
].map(([what, line]) => ({ name: `real16 ${what}`, state: 'real16', code: String(line) }))

/** Instructions over a page: code is copied to the end of the page of `data`, and runs into the next. */
const fetched = (
  what: string,
  state: StateName,
  bytes: readonly number[],
  inFirst: number,
  more: readonly Piece[],
): Probe => {
  const at = address.data2 - inFirst
  return {
    name: `${state} fetch: ${what}`,
    state,
    code:
      states[state].bits === 64
        ? `mov rax, 0x${at.toString(16)}; jmp rax`
        : `mov eax, 0x${at.toString(16)}; jmp eax`,
    memory: [{ at, bytes: Uint8Array.from([...bytes, 0x0f, 0x0b]) }, ...more],
  }
}
const missing = (state: StateName, present: boolean): Piece => {
  const value = present ? BigInt(address.data2) | (1n << 63n) | 7n : 0n
  const number = address.data2 >> 12
  return state === 'paged32'
    ? doublewords(address.legacy_table + 4 * number, Number(value & 0xffff_ffffn))
    : quadwords(address.table + 8 * number, value)
}
const fetches: readonly Probe[] = (['long64', 'long64u', 'paged32', 'pae32'] satisfies StateName[]).flatMap(
  (state) => {
    const gone = [missing(state, false)]
    return [
      fetched('an immediate on a page that is missing', state, [0xb8, 1, 2, 3, 4], 2, gone),
      fetched('a whole instruction before the missing page', state, [0x90, 0x90], 2, gone),
      fetched('the opcode on the missing page', state, [0x66, 0x90], 1, gone),
      fetched('an invalid opcode before the missing page', state, [0x0f, 0x0b], 2, gone),
      fetched('ModRM on the missing page', state, [0x01, 0xc0], 1, gone),
      fetched(
        '14 prefixes, then the missing page',
        state,
        [...Array.from({ length: 14 }, () => 0x2e), 0x90],
        14,
        gone,
      ),
      fetched(
        '15 prefixes, then the missing page',
        state,
        [...Array.from({ length: 15 }, () => 0x2e), 0x90],
        15,
        gone,
      ),
      fetched(
        '16 prefixes, then the missing page',
        state,
        [...Array.from({ length: 16 }, () => 0x2e), 0x90],
        16,
        gone,
      ),
      fetched('HLT before the missing page', state, [0x66, 0xfa], 2, gone),
      ...(state === 'paged32'
        ? []
        : [
            fetched('an immediate on an execute-disabled page', state, [0xb8, 1, 2, 3, 4], 2, [
              missing(state, true),
            ]),
          ]),
    ]
  },
)

/** Code segments that end: the limit is at `code` + 7FFh. */
const ending = (what: string, bytes: readonly number[], inside: number): Probe => ({
  name: `prot32 limit: ${what}`,
  state: 'prot32',
  code: `jmp own:0x${(address.code + 0x800 - inside).toString(16)}`,
  memory: [
    gdt(own, segment({ type: code, limit: address.code + 0x7ff })),
    { at: address.code + 0x800 - inside, bytes: Uint8Array.from([...bytes, 0x0f, 0x0b]) },
  ],
})
const endings: readonly Probe[] = [
  ending('a whole instruction, then the end', [0x90], 1),
  ending('an immediate behind the end', [0xb8, 1, 2, 3, 4], 3),
  ending('UD2 at the end', [0x0f, 0x0b], 2),
  ending('UD2 over the end', [0x0f, 0x0b], 1),
  ending('prefixes over the end', [0x66, 0x66, 0x90], 2),
  ending('15 prefixes at the end', [...Array.from({ length: 15 }, () => 0x2e), 0x90], 15),
]

export const limits: ProbeGroup = {
  name: 'limits',
  manual: '5.3-5.5, 3.4.5; 6.9; 20.1',
  probes: [...up, ...kinds, ...stacks, ...real, ...fetches, ...endings],
}
