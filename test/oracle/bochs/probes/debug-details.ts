import { words } from '../descriptors.ts'
import { address, stackTop } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { armed, resume } from './debug.ts'
import { resumedBetween } from './resume-flag.ts'

const kernels = ['real16', 'prot32', 'long64'] satisfies StateName[]

const write = 0x1_0402
const both = 0x3_0402

const probes = kernels.flatMap((state): Probe[] => {
  const { bits } = states[state]
  const at = (label: string) => (bits === 16 ? `0x10000 + ${label}` : label)
  const frame = { 16: 6, 32: 12, 64: 40 }[bits]
  const one = (what: string, code: string, events = 2, more: Partial<Probe> = {}): Probe => ({
    name: `${state} ${what}`,
    state,
    code,
    events,
    ...more,
  })
  const string = `mov edi, ${address.data}; mov ecx, 3`
  const top = stackTop.stack0
  return [
    one(
      'REP STOSB resumed with RF',
      `${string}; ${armed(state, 0, at('.t'), 0x402, `${resume[bits]}; .t: rep stosb; nop`)}`,
      3,
    ),
    one('REP STOSB, breakpoint', `${string}; ${armed(state, 0, at('.t'), 0x402, '.t: rep stosb; nop')}`, 2),
    one(
      'REP STOSB, its second byte',
      `${string}; ${armed(state, 0, `${address.data + 1}`, write, 'rep stosb; nop')}`,
      3,
    ),
    one(
      'REP STOSB, its last byte',
      `${string}; ${armed(state, 0, `${address.data + 2}`, write, 'rep stosb; nop')}`,
      3,
    ),
    one('ENTER, below what it pushes', armed(state, 0, `${top - 64 - bits / 8}`, write, `enter 64, 0; nop`)),
    one('ENTER, what it pushes', armed(state, 0, `${top - bits / 8}`, write, `enter 64, 0; nop`)),
    one('INT, its frame', armed(state, 0, `${top - frame}`, write, `int 0x21; nop`), 3),
    one('a fault, its frame', armed(state, 0, `${top - frame}`, write, `xor ecx, ecx; div ecx`), 3),
    one(
      'MOV SS from there, then a fault',
      `${bits === 16 ? 'mov bx, 0xc00; mov ds, bx; xor ebx, ebx' : 'mov ebx, 0xc000'}; xor ecx, ecx; ${armed(state, 0, '0xc000', both, `mov ss, [${bits === 16 ? 'bx' : bits === 64 ? 'rbx' : 'ebx'}]; div ecx; nop`)}`,
      3,
      {
        memory: [words(0xc000, bits === 16 ? 0 : 0x10)],
      },
    ),
    one(
      'SGDT, its last byte',
      `${bits === 16 ? 'mov bx, 0xc00; mov ds, bx; xor ebx, ebx' : 'mov ebx, 0xc000'}; ${armed(state, 0, `0xc005`, write, `sgdt [${bits === 16 ? 'bx' : bits === 64 ? 'rbx' : 'ebx'}]; nop`)}`,
    ),
    ...(bits === 16
      ? []
      : [
          one(
            'MOV DS, its descriptor',
            `mov ecx, 0x10; ${armed(state, 0, '0x1010', 0xd_0402 | 0x3_0000, 'mov ds, cx; nop')}`,
          ),
          one(
            'INT, its gate',
            armed(state, 0, bits === 32 ? '0x2108' : '0x2210', 0xf_0402, 'int 0x21; nop'),
            3,
          ),
        ]),
    one('CALL, its return address', armed(state, 0, `${top - bits / 8}`, write, 'call .x; .x: nop; nop')),
  ]
})

/** The pushes of #PF and of what it comes from end at a page that is not there: only #DF has a stack. */
const lostWithItsEvent: Probe = {
  name: 'long64 a push of an INT that fails, then #DF',
  state: 'long64',
  code: `mov rax, test_region_long + 8; mov dr0, rax; mov eax, 0x90402; mov dr7, rax
    mov rsp, test_region_long + 16; int 0x21`,
  events: 2,
}

export const debugDetails: ProbeGroup = {
  name: 'debug-details',
  manual: 'Vol. 3B 17.2, 17.3.1; 6.8.3',
  probes: [...probes.map(resumedBetween), lostWithItsEvent],
}
