import { address } from '../layout.ts'
import type { ProbeGroup } from '../probe.ts'
import { area, one, some, through } from './float-area.ts'

const { data } = address
const [em, ts, am] = [4, 8, 0x4_0000]

const thenSse = 'fxrstor [data]; mov rax, cr4; bts rax, 9; mov cr4, rax; fxsave [data2]'

const contents = [
  through('FXSAVE, its head', 'long64', 0),
  through('FXSAVE64, its head', 'long64', 0, { code: 'fxrstor64 [data]; fxsave64 [data2]' }),
  through('FXSAVE of what FXRSTOR64 loaded', 'long64', 0, { code: 'fxrstor64 [data]; fxsave [data2]' }),
  through('FXSAVE64 of what FXRSTOR loaded', 'long64', 0, { code: 'fxrstor [data]; fxsave64 [data2]' }),
  through('FXSAVE, the end of x87', 'long64', 112),
  through('FXSAVE, the end of XMM', 'long64', 384),
  through('FXSAVE, the end of all', 'long64', 448),
  through('FXSAVE at level 3', 'long64u', 384),
  ...(['prot32', 'compat32', 'prot16'] as const).flatMap((state) => [
    through(`FXSAVE in ${state}, its head`, state, 0),
    through(`FXSAVE in ${state}, XMM8`, state, 272),
  ]),
  through('FXSAVE in real16', 'real16', 0, {
    code: 'mov eax, cr4; bts eax, 9; mov cr4, eax; fxrstor [data]; fxsave [data2]',
  }),
  through('FXRSTOR in 32-bit code leaves XMM8 alone', 'long64', 272, {
    code: `fxrstor [data]; push code32; push .narrow; db 0x48; retf
      bits 32
      .narrow: mov edi, data + 160; mov ecx, 64; rep stosd; fxrstor [data]; jmp code64:.wide
      bits 64
      .wide: fxsave [data2]`,
  }),
  through('power-on', 'long64', 0, { code: 'fxsave [data2]' }),
]

const withoutSse = [
  through('FXSAVE without OSFXSR, its head', 'long64', 0, { cr4: 0x20 }),
  through('FXSAVE without OSFXSR, XMM', 'long64', 136, { cr4: 0x20 }),
  through('FXRSTOR without OSFXSR, its head', 'long64', 0, { cr4: 0x20, code: thenSse }),
  through('FXRSTOR without OSFXSR, XMM', 'long64', 136, { cr4: 0x20, code: thenSse }),
  through('FXRSTOR without OSFXSR, MXCSR bit 16', 'long64', 0, {
    cr4: 0x20,
    given: { ...some, mxcsr: 0x10000 },
  }),
]

const loads = [
  through('FXRSTOR of MXCSR bit 16', 'long64', 0, { given: { ...some, mxcsr: 0x10000 } }),
  through('FXRSTOR of MXCSR bit 31', 'long64', 0, { given: { ...some, mxcsr: 0x8000_0000 } }),
  through('FXRSTOR of all of MXCSR', 'long64', 0, { given: { ...some, mxcsr: 0xffff } }),
  through('FXRSTOR, an exception unmasked', 'long64', 0, { given: { ...some, control: 0x37e, status: 1 } }),
  through('FXRSTOR, ES without one', 'long64', 0, { given: { ...some, status: 0x8080 } }),
  through('FXRSTOR, a stack fault unmasked', 'long64', 0, {
    given: { ...some, control: 0x37e, status: 0x40 },
  }),
  through('FXRSTOR, all bits of the head', 'long64', 0, {
    given: { ...some, control: 0xffff, status: 0xffff, tags: 0xff, opcode: 0xffff },
  }),
  through('FXRSTOR, no bits of the head', 'long64', 0, {
    given: { ...some, control: 0, status: 0, tags: 0, opcode: 0 },
  }),
]

const acProbe = { flags: 0x4_0002, memory: [area(data)] }
const far = 'mov rdi, test_region_long'

const faults = (['fxsave', 'fxrstor'] as const).flatMap((name) => {
  const upper = name.toUpperCase()
  return [
    one(`${upper} at 8`, 'long64', `${name} [data + 8]`),
    one(`${upper} at 1`, 'prot32', `${name} [data + 1]`),
    one(`${upper} at 1 with AC`, 'long64u', `${name} [data + 1]`, { ...acProbe, cr0: 0x8001_0011 | am }),
    one(`${upper} at 4 with AC`, 'long64u', `${name} [data + 4]`, { ...acProbe, cr0: 0x8001_0011 | am }),
    one(`${upper} at 16 with AC`, 'long64u', `${name} [data + 16]`, { ...acProbe, cr0: 0x8001_0011 | am }),
    one(`${upper} at 2 with AC at level 0`, 'prot32', `${name} [data + 2]`, {
      flags: 0x4_0002,
      cr0: 0x11 | am,
    }),
    one(`${upper} at 8 past a limit`, 'prot16', `mov ebx, 0x12345678; a32 ${name} [ebx]`),
    one(`${upper} past a limit`, 'prot16', `mov ebx, 0xff00; a32 ${name} [ebx]`),
    one(`${upper} past the limit of SS`, 'prot16', `mov ebp, 0xff00; a32 ${name} [ebp]`),
    one(`${upper} at 8 past the limit of SS`, 'prot16', `mov ebp, 0xffff8; a32 ${name} [ebp]`),
    one(`${upper} through null`, 'prot32', `xor eax, eax; mov es, ax; ${name} [es:data]`),
    one(`${upper} not canonical`, 'long64', `mov rdi, 1 << 47; ${name} [rdi]`),
    one(`${upper} not canonical by RBP`, 'long64', `mov rbp, 1 << 47; ${name} [rbp]`),
    one(`${upper} not canonical at 8`, 'long64', `mov rdi, 1 << 47 | 8; ${name} [rdi]`),
    one(`${upper} of a missing page`, 'long64', `mov rdi, 0x7fff00000000; ${name} [rdi + 0x100]`),
    one(`${upper} over the end of a page`, 'long64', `${far}; ${name} [rdi + 0xf00]`),
    one(`${upper}, not its last bytes, over the end of a page`, 'long64', `${far}; ${name} [rdi + 0xe50]`, {
      memory: [area(data + 0xe50)],
    }),
    one(`${upper} of a register`, 'long64', name === 'fxsave' ? 'db 15, 0xae, 0xc0' : 'db 15, 0xae, 0xc8'),
    one(`LOCK ${upper}`, 'long64', `db 0xf0; ${name} [data]`),
    one(`${upper} with 66`, 'long64', `db 0x66; ${name} [data]`, { memory: [area(data)] }),
    one(`${upper} with EM`, 'prot32', `${name} [data + 1]`, { cr0: 0x11 | em }),
    one(`${upper} with TS`, 'prot32', `${name} [data + 1]`, { cr0: 0x11 | ts }),
  ]
})

const noWrite = [
  one('FXSAVE of a page that is read-only', 'long64u', 'mov rdi, test_region_long; fxsave [rdi]', {
    memory: [{ at: address.test_table, bytes: Uint8Array.of(5) }],
  }),
]

export const floatSaves: ProbeGroup = {
  name: 'float-saves',
  manual: 'Vol. 1 10.5; Vol. 2 FXSAVE, FXRSTOR',
  probes: [...contents, ...withoutSse, ...loads, ...faults, ...noWrite],
}
