import { quadwords } from '../descriptors.ts'
import { address } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'

const setCr4 = (bit: number, a = 'rax') => `mov ${a}, cr4; bts ${a}, ${bit}; mov cr4, ${a}`
const branchTrap = 'mov ecx, 0x1d9; xor edx, edx; mov eax, 2; wrmsr'
const probe = (name: string, state: StateName, code: string, more: Partial<Probe> = {}): Probe => ({
  name,
  state,
  code,
  ...more,
})
const invpcid = (name: string, type: number, low: bigint, linear = 0n, before = '') =>
  probe(name, 'long64', `${before} mov ecx, ${type}; invpcid rcx, [data]`, {
    memory: [quadwords(address.data, low, linear)],
  })
const pcide = `${setCr4(17)};`

const levelFive = (['prot32', 'real16'] satisfies StateName[]).map((state) =>
  probe(`${state} CR4.LA57`, state, setCr4(12, 'eax'), { model: 'corei7_icelake_u' }),
)

const branches = (['prot32', 'long64'] satisfies StateName[]).flatMap((state) => [
  probe(`${state} DEBUGCTL.BTF`, state, `${branchTrap}; rdmsr`),
  probe(`${state} DEBUGCTL.LBR`, state, branchTrap.replace('eax, 2', 'eax, 1')),
  probe(`${state} DEBUGCTL reserved bit 2`, state, branchTrap.replace('eax, 2', 'eax, 4')),
])

const taskPriority = [
  probe('CR8 is kept', 'long64', 'mov eax, 15; mov cr8, rax; mov rbx, cr8'),
  probe('CR8 at first', 'long64', 'mov rbx, cr8'),
  probe('CR8 in bits of the upper half', 'long64', 'mov rax, 1 << 32; mov cr8, rax'),
  probe('CR8 write at level 3', 'long64u', 'mov cr8, rax'),
  probe('CR8 read at level 3', 'long64u', 'mov rax, cr8'),
  ...(['prot32', 'compat32', 'real16'] satisfies StateName[]).map((state) =>
    probe(`${state} LOCK MOV CR0 is not CR8`, state, 'db 0xf0, 0x0f, 0x20, 0xc0'),
  ),
]

export const features: ProbeGroup = {
  name: 'features',
  manual: '2.5, 4.1.4, 4.10.1, 10.8.6; Vol. 3B 17.4; Vol. 2 INVPCID',
  probes: [
    ...levelFive,
    ...branches,
    ...taskPriority,
    invpcid('INVPCID of one address, PCID 1 without PCIDE', 0, 1n),
    invpcid('INVPCID of one PCID, 1 without PCIDE', 1, 1n),
    invpcid('INVPCID of all, PCID 1 without PCIDE', 2, 1n),
    invpcid('INVPCID of one address, PCID 1 with PCIDE', 0, 1n, 0xc000n, pcide),
    invpcid('INVPCID of one PCID, not canonical', 1, 0n, 1n << 47n),
    invpcid('INVPCID of all, bit 12', 2, 0x1000n),
    invpcid('INVPCID of all but global, bit 63', 3, 1n << 63n),
    probe('INVPCID type of 64 bits', 'long64', 'mov rcx, 1 << 32; invpcid rcx, [data]'),
    probe('CR3 with PCID 5 keeps it', 'long64', `${pcide} mov rax, cr3; or eax, 5; mov cr3, rax`),
    probe(
      'CR3 bit 63 is not kept',
      'long64',
      `${pcide} mov rax, cr3; bts rax, 63; mov cr3, rax; mov rbx, cr3`,
    ),
    probe('CR3 bit 63 without PCIDE', 'long64', 'mov rax, cr3; bts rax, 63; mov cr3, rax'),
    probe('PCIDE in compatibility mode', 'compat32', setCr4(17, 'eax')),
    probe('PCIDE without paging', 'prot32', setCr4(17, 'eax')),
    probe('PCIDE of PAE', 'pae32', setCr4(17, 'eax')),
    probe('PCIDE and PAE are cleared', 'long64', `${pcide} mov rax, cr4; btr rax, 17; mov cr4, rax`),
  ],
}
