import { words } from '../descriptors.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { resumedBetween } from './resume-flag.ts'

const kernels = ['real16', 'prot32', 'long64'] satisfies StateName[]
const all = [...kernels, 'prot32u', 'long64u', 'v86'] satisfies StateName[]

/** Sets TF by way of the stack. Virtual-8086 mode runs with IOPL 3, or it could not. */
function setTrap(state: StateName): string {
  const { bits } = states[state]
  if (bits === 16) return 'pushf; pop bp; or bp, 0x100; push bp; popf'
  return bits === 64 ? 'pushfq; or qword [rsp], 0x100; popfq' : 'pushfd; or dword [esp], 0x100; popfd'
}
function clearTrap(state: StateName): string {
  return setTrap(state)
    .replace('or ', 'and ')
    .replace('0x100', states[state].bits === 16 ? '0xfeff' : '-0x101')
}

const steps = all.flatMap((state): Probe[] => {
  const { bits } = states[state]
  const di = bits === 64 ? 'rdi' : 'edi'
  const one = (what: string, code: string, events = 4): Probe => ({
    name: `${state} TF, ${what}`,
    state,
    code: `${setTrap(state)}; ${code}`,
    events,
    ...(state === 'v86' && { flags: 0x2_3002 }),
  })
  return [
    one('NOPs', 'nop; nop; nop'),
    one('MOV SS', 'mov ax, ss; mov ss, ax; nop; nop', 5),
    one('MOV SS twice', 'mov ax, ss; mov ss, ax; mov ss, ax; nop; nop', 5),
    one('POP SS', bits === 64 ? 'nop; nop' : 'push ss; pop ss; nop; nop', 5),
    one('INT n', 'nop; int 0x21; nop', 5),
    one('INT3', 'nop; int3; nop', 5),
    one('INT1', 'nop; db 0xf1; nop', 5),
    one('REP STOSB', `mov ${di}, 0xc000; mov ecx, 3; mov al, 5; rep stosb; nop`, 8),
    one('REP of 0 times', `mov ${di}, 0xc000; mov ecx, 0; rep stosb; nop`, 5),
    one('POPF that clears it', `${clearTrap(state)}; nop`, 8),
    one('LOOP to itself', 'mov ecx, 3; .a: loop .a; nop', 6),
    one('a fault', 'xor ecx, ecx; div ecx; nop'),
    one('UD2', 'nop; ud2'),
    one('a jump', 'jmp .x; nop; .x: nop'),
    one('CALL and RET', 'call .x; jmp .y; .x: ret; .y: nop', 6),
    one(
      'PUSHF shows it',
      `${bits === 64 ? 'pushfq; pop rax' : bits === 32 ? 'pushfd; pop eax' : 'pushf; pop ax'}; nop`,
    ),
    ...(state.endsWith('u') ? [] : [one('STI', 'sti; nop; nop')]),
  ]
})

/** Sets a breakpoint, then goes on. */
export function armed(
  state: StateName,
  number: number,
  where: string,
  control: number,
  rest: string,
): string {
  const a = states[state].bits === 64 ? 'rax' : 'eax'
  return `mov ${a}, ${where}; mov dr${number}, ${a}; mov ${a}, 0x${control.toString(16)}; mov dr7, ${a}; ${rest}`
}

/** IRET to `.t` with RF set in the image. */
export const resume = {
  16: 'sub sp, 12; mov bp, sp; pushfd; pop eax; or eax, 0x10000; mov [ss:bp+8], eax; mov ax, cs; mov [ss:bp+4], ax; mov word [ss:bp+6], 0; mov dword [ss:bp], .t; o32 iret',
  32: 'pushfd; or dword [esp], 0x10000; push cs; push dword .t; iretd',
  64: 'mov rbx, rsp; mov rax, ss; push rax; push rbx; pushfq; or qword [rsp], 0x10000; mov rax, cs; push rax; lea rax, [rel .t]; push rax; iretq',
} as const

const instructions = kernels.flatMap((state): Probe[] => {
  const { bits } = states[state]
  const at = (label: string) => (bits === 16 ? `0x10000 + ${label}` : label)
  const one = (what: string, code: string, events = 2): Probe => ({
    name: `${state} DR: ${what}`,
    state,
    code,
    events,
  })
  const on = (rest: string, label = '.t') => armed(state, 0, at(label), 0x402, rest)
  const a = bits === 64 ? 'rax' : 'eax'
  return [
    one('an instruction', on('nop; .t: nop; nop')),
    one('an instruction, DR3, L3', armed(state, 3, at('.t'), 0x440, 'nop; .t: nop; nop')),
    one('disabled', armed(state, 0, at('.t'), 0x400, 'nop; .t: nop; nop')),
    one('inside an instruction', on('nop; .t: mov ecx, 5; nop', '.t + 1')),
    one('an instruction behind MOV SS', on('mov ax, ss; mov ss, ax; .t: nop; nop')),
    one('IRET with RF to an instruction', on(`${resume[bits]}; .t: nop; .u: nop`)),
    one('IRET with RF, the one behind', on(`${resume[bits]}; .t: nop; .u: nop`, '.u')),
    one('IRET with RF to INT', on(`${resume[bits]}; .t: int 0x21; nop`)),
    one('an instruction that faults', on('xor ecx, ecx; nop; .t: div ecx')),
    one('INT', on('nop; .t: int 0x21')),
    one(
      'DR6 keeps what stood there',
      `mov ${a}, 0xffff4ff0; mov dr6, ${a}; ${armed(state, 1, at('.t'), 0x408, 'nop; .t: nop; nop')}`,
      1,
    ),
    one('INT1 and DR6', 'db 0xf1; nop'),
  ]
})

const data = kernels.flatMap((state): Probe[] => {
  const { bits } = states[state]
  const [bx, di] = { 16: ['bx', 'edi'], 32: ['ebx', 'edi'], 64: ['rbx', 'rdi'] }[bits] as [string, string]
  const base = bits === 16 ? 'mov bx, 0xc00; mov ds, bx; mov es, bx; xor ebx, ebx' : 'mov ebx, 0xc000'
  const start = bits === 16 ? 0 : 0xc000
  const one = (
    what: string,
    control: number,
    rest: string,
    where = '0xc000',
    more: Partial<Probe> = {},
  ): Probe => ({
    name: `${state} DR: ${what}`,
    state,
    code: `${base}; ${armed(state, 0, where, control, rest)}`,
    events: 2,
    ...more,
  })
  const write = 0x1_0402
  const both = 0x3_0402
  const write4 = 0xd_0402
  const stack = { 16: 'esp; sub eax, 2', 32: 'esp; sub eax, 2', 64: 'rsp; sub rax, 2' }[bits]
  const ssInData = { memory: [words(0xc000, bits === 16 ? 0 : 0x10)] }
  return [
    one('write, of a write', write, `mov byte [${bx}], 5; nop`),
    one('read, of a write', write, `mov al, [${bx}]; nop`),
    one('read, of both', both, `mov al, [${bx}]; nop`),
    one('write, of both', both, `mov [${bx}], al; nop`),
    one('last of 4 bytes', write4, `mov [${bx} + 3], al; nop`),
    one('behind 4 bytes', write4, `mov [${bx} + 4], al; nop`),
    one('before 4 bytes', write4, `mov [${bx} + 6], ax; nop`, '0xc008'),
    one('into 4 bytes from before', write4, `mov [${bx} + 6], eax; nop`, '0xc008'),
    one('4 bytes not aligned', write4, `mov [${bx} + 8], al; nop`, '0xc00a'),
    one('last of 8 bytes', 0x9_0402, `mov [${bx} + 15], al; nop`, '0xc008'),
    one('INC', write, `inc byte [${bx}]; nop`),
    one('MOVSB', both, `mov esi, ${start}; mov ${di}, ${start + 16}; movsb; nop`),
    one('PUSH', write, 'push ax; pop ax; nop', stack),
    one('a write while TF is set', write, `${setTrap(state)}; mov byte [${bx}], 5; nop`, '0xc000', {
      events: 3,
    }),
    one('MOV SS from there', both, `mov ss, [${bx}]; nop; nop`, '0xc000', ssInData),
    one('a port, without DE', 0x2_0402, 'out 0x80, al; nop', '0x80'),
    one('a port', 0x2_0402, 'out 0x81, al; nop', '0x81', {
      ...(bits === 64 ? { cr4: 0x28 } : {}),
      code: `${bits === 64 ? '' : 'mov eax, 8; mov cr4, eax; '}${armed(state, 0, '0x81', 0x2_0402, 'out 0x81, al; nop')}`,
    }),
    one('a port of two', 0x2_0402, '', '0x81', {
      ...(bits === 64 ? { cr4: 0x28 } : {}),
      code: `${bits === 64 ? '' : 'mov eax, 8; mov cr4, eax; '}${armed(state, 0, '0x81', 0x2_0402, 'out 0x80, ax; nop')}`,
    }),
  ]
})

export const debug: ProbeGroup = {
  name: 'debug',
  manual: 'Vol. 3B 17.2, 17.3; 6.8.3, 6.9',
  probes: [...steps.map(resumedBetween), ...instructions, ...data],
}
