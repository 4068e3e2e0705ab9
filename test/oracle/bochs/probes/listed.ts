import { gdt, segment, segmentType } from '../descriptors.ts'
import { selector } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'

const in64 = (name: string, code: string, more: Partial<Probe> = {}): Probe => ({
  name,
  state: 'long64',
  code,
  ...more,
})
const writeMsr = (msr: string, high: string, low: string) =>
  `mov ecx, ${msr}; mov edx, ${high}; mov eax, ${low}; wrmsr`

/** One-instruction questions at which emulators have been seen to fail. */
export const listed: ProbeGroup = {
  name: 'listed',
  manual: 'Vol. 2 at each instruction; Vol. 3A 2.5, 3.3.7.1, 4.7',
  probes: [
    in64('BSWAP r16', 'mov rax, 0x1122334455667788; db 0x66; bswap eax'),
    in64('REX before 66', 'mov rbx, 0x1122334455667788; db 0x48, 0x66, 0x89, 0xd8'),
    in64(
      'reserved bit 51 of a present page',
      'mov rax, 1 << 51; or [test_table], rax; mov rsi, test_region_long; mov al, [rsi]',
    ),
    {
      name: 'access past a small limit',
      state: 'prot32',
      memory: [gdt(selector.own, segment({ type: segmentType.data, limit: 0xf }))],
      code: 'mov ax, own; mov ds, ax; mov eax, [0x10]',
    },
    { name: 'CR0.PG without PE', state: 'real16', code: 'mov eax, 0x80000010; mov cr0, eax' },
    in64('RDMSR of an unknown MSR', 'mov ecx, 0x4b564d05; rdmsr'),
    in64('EFER reserved bit', writeMsr('0xc0000080', '0', '0xd01 | 1 << 16')),
    in64('CR4 reserved bit 15', 'mov rax, cr4; bts rax, 15; mov cr4, rax'),
    in64('non-canonical load', 'mov rsi, 1 << 47; mov al, [rsi]'),
    in64('non-canonical load by RBP', 'mov rbp, 1 << 47; mov al, [rbp]'),
    in64('MOVAPS misaligned', 'movaps xmm0, [data + 8]', { cr4: 0x220 }),
    in64('LDMXCSR reserved bits', 'mov dword [data], 0x10000; ldmxcsr [data]', { cr4: 0x220 }),
    in64('16 bytes long', 'times 13 db 0x66; add eax, 0x1234'),
    in64('LOCK ADD to a register', 'db 0xf0; add eax, ebx'),
    in64('LOCK MOV', 'db 0xf0; mov [data], eax'),
    in64('LSTAR non-canonical', writeMsr('0xc0000082', '0x8000', '0')),
    in64('CR3 reserved high bit', 'mov rax, pml4 | 1 << 52; mov cr3, rax'),
    in64('CR8 of 16', 'mov eax, 16; mov cr8, rax'),
    in64('RDPMC bad index', 'mov ecx, 0x1234; rdpmc'),
    in64('PG cleared in 64-bit mode', 'mov rax, cr0; btr rax, 31; mov cr0, rax'),
    in64('PAE cleared in long mode', 'mov rax, cr4; btr rax, 5; mov cr4, rax'),
    in64('null SS at level 0', 'xor eax, eax; mov ss, ax'),
    in64('PAT type 2', writeMsr('0x277', '0x00070406', '0x00070402')),
    in64(
      'IRETQ to a non-canonical RIP',
      'push data32; push stack0; push 2; push code64; mov rax, 1 << 47; push rax; iretq',
    ),
    in64('XGETBV without OSXSAVE', 'xor ecx, ecx; xgetbv'),
    in64('DR7 high half', 'mov rax, 1 << 32 | 0x400; mov dr7, rax'),
    in64('PUSH ES', 'db 0x06'),
    in64('MTRRdefType bad type', writeMsr('0x2ff', '0', '0xc02')),
    ...(['long64u', 'prot32u', 'v86'] satisfies StateName[]).map(
      (state): Probe => ({ name: `HLT in ${state}`, state, code: 'hlt' }),
    ),
  ],
}
