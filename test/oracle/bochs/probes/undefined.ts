import type { Probe, ProbeGroup } from '../probe.ts'

const clear = 2
const set = 0x8d7

/** With the six arithmetic flags clear, and set. */
function both(name: string, state: Probe['state'], code: string): Probe[] {
  return [
    { name: `${name}, flags clear`, state, code, flags: clear },
    { name: `${name}, flags set`, state, code, flags: set },
  ]
}

const in64 = (name: string, setup: string, instruction: string) =>
  both(name, 'long64', `${setup}; ${instruction}`)

const values = 'mov eax, 0x87654321; mov ebx, 0x9abcdef5; mov ecx, 5; mov edx, 0'
const only = (name: string, instruction: string, setup = values) =>
  both(name, 'prot32', `${setup}; ${instruction}`)

const cut = 'Intel cuts RCX as well: string_registers_quirk in arch/x86/kvm/emulate.c of Linux'

/** What the manual leaves undefined, and Bochs takes from Intel's processors. */
export const undefinedResults: ProbeGroup = {
  name: 'undefined-results',
  manual: 'Vol. 2 at each instruction',
  probes: [
    ...only('AND', 'and eax, ebx'),
    ...only('TEST', 'test eax, ebx'),
    ...only('SHL by 5', 'shl eax, cl'),
    ...only('SHR by 5', 'shr eax, cl'),
    ...only('SAR by 5', 'sar eax, cl'),
    ...only('SHL of a byte by 9', 'shl al, 9'),
    ...only('SHR of a byte by 9', 'shr bl, 9'),
    ...only('ROL by 5', 'rol eax, cl'),
    ...only('ROR by 5', 'ror eax, cl'),
    ...only('RCL by 5', 'rcl eax, cl'),
    ...only('RCR by 5', 'rcr eax, cl'),
    ...only('RCL of a byte by 9', 'rcl bl, 9'),
    ...only('SHLD by 5', 'shld eax, ebx, cl'),
    ...only('SHRD by 5', 'shrd eax, ebx, cl'),
    ...only('SHLD of 16 bits by 20', 'shld ax, bx, 20'),
    ...only('SHRD of 16 bits by 20', 'shrd ax, bx, 20'),
    ...only('MUL', 'mul ebx'),
    ...only('MUL that fits', 'mov eax, 3; mul ecx'),
    ...only('IMUL', 'imul ebx'),
    ...only('IMUL with two operands', 'imul eax, ebx'),
    ...only('DIV', 'div ebx'),
    ...only('IDIV', 'idiv ebx'),
    ...only('BT', 'bt eax, 5'),
    ...only('BTS', 'bts eax, 3'),
    ...only('BSF', 'bsf eax, ebx'),
    ...only('BSF of 0', 'bsf eax, edx'),
    ...only('BSR', 'bsr eax, ebx'),
    ...only('BSR of 0', 'bsr eax, edx'),
    ...only('AAA that adjusts', 'aaa', 'mov eax, 0x123b'),
    ...only('AAA', 'aaa', 'mov eax, 0x1234'),
    ...only('AAS that adjusts', 'aas', 'mov eax, 0x123b'),
    ...only('AAS', 'aas', 'mov eax, 0x1234'),
    ...only('DAA', 'daa', 'mov eax, 0x9c'),
    ...only('DAS', 'das', 'mov eax, 0x9c'),
    ...only('AAM', 'aam', 'mov eax, 0x62'),
    ...only('AAD', 'aad', 'mov eax, 0x1f85'),
    ...only('BSWAP of 16 bits', 'db 0x66; bswap eax'),
    ...in64('BSF r32 of 0', 'mov rax, -1; xor edx, edx', 'bsf eax, edx'),
    ...in64('CMPXCHG r32 that differs', 'mov rbx, -1; mov rax, -2', 'cmpxchg ebx, ecx'),
    {
      name: 'REP MOVSB of 0 times with 32-bit addresses',
      state: 'long64',
      code: 'mov rsi, 1 << 40 | data; mov rdi, rsi; mov rcx, 1 << 40; db 0x67; rep movsb',
      instead: { expect: ['end flags=10002 sp=10:9000 on=10:8fd8 rcx=0 rsi=c000 rdi=c000'], because: cut },
    },
    {
      name: 'REP STOSB of 0 times with 32-bit addresses',
      state: 'long64',
      code: 'mov rdi, 1 << 40 | data; mov rcx, 1 << 40; db 0x67; rep stosb',
      instead: { expect: ['end flags=10002 sp=10:9000 on=10:8fd8 rcx=0 rdi=c000'], because: cut },
    },
    ...in64('JMP with 66', '', 'db 0x66, 0xe9, 2, 0, 0, 0; mov al, 1'),
    ...in64('CALL to an address that is not canonical', 'mov rax, 1 << 62', 'call rax'),
  ],
}
