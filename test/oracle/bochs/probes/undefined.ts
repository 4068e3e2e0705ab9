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
const in32 = (name: string, instruction: string, setup = values) =>
  both(name, 'prot32', `${setup}; ${instruction}`)

const cut = 'Intel cuts RCX as well: string_registers_quirk in arch/x86/kvm/emulate.c of Linux'

/** What the manual leaves undefined, and Bochs takes from Intel's processors. */
export const undefinedResults: ProbeGroup = {
  name: 'undefined-results',
  manual: 'Vol. 2 at each instruction',
  probes: [
    ...in32('AND', 'and eax, ebx'),
    ...in32('TEST', 'test eax, ebx'),
    ...in32('SHL by 5', 'shl eax, cl'),
    ...in32('SHR by 5', 'shr eax, cl'),
    ...in32('SAR by 5', 'sar eax, cl'),
    ...in32('SHL of a byte by 9', 'shl al, 9'),
    ...in32('SHR of a byte by 9', 'shr bl, 9'),
    ...in32('ROL by 5', 'rol eax, cl'),
    ...in32('ROR by 5', 'ror eax, cl'),
    ...in32('RCL by 5', 'rcl eax, cl'),
    ...in32('RCR by 5', 'rcr eax, cl'),
    ...in32('RCL of a byte by 9', 'rcl bl, 9'),
    ...in32('SHLD by 5', 'shld eax, ebx, cl'),
    ...in32('SHRD by 5', 'shrd eax, ebx, cl'),
    ...in32('SHLD of 16 bits by 20', 'shld ax, bx, 20'),
    ...in32('SHRD of 16 bits by 20', 'shrd ax, bx, 20'),
    ...in32('MUL', 'mul ebx'),
    ...in32('MUL that fits', 'mov eax, 3; mul ecx'),
    ...in32('IMUL', 'imul ebx'),
    ...in32('IMUL with two operands', 'imul eax, ebx'),
    ...in32('DIV', 'div ebx'),
    ...in32('IDIV', 'idiv ebx'),
    ...in32('BT', 'bt eax, 5'),
    ...in32('BTS', 'bts eax, 3'),
    ...in32('BSF', 'bsf eax, ebx'),
    ...in32('BSF of 0', 'bsf eax, edx'),
    ...in32('BSR', 'bsr eax, ebx'),
    ...in32('BSR of 0', 'bsr eax, edx'),
    ...in32('AAA that adjusts', 'aaa', 'mov eax, 0x123b'),
    ...in32('AAA', 'aaa', 'mov eax, 0x1234'),
    ...in32('AAS that adjusts', 'aas', 'mov eax, 0x123b'),
    ...in32('AAS', 'aas', 'mov eax, 0x1234'),
    ...in32('DAA', 'daa', 'mov eax, 0x9c'),
    ...in32('DAS', 'das', 'mov eax, 0x9c'),
    ...in32('AAM', 'aam', 'mov eax, 0x62'),
    ...in32('AAD', 'aad', 'mov eax, 0x1f85'),
    ...in32('BSWAP of 16 bits', 'db 0x66; bswap eax'),
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
