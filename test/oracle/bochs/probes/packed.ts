import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'
import { one, some, through } from './float-area.ts'

const [em, ts, ne, am] = [4, 8, 0x20, 0x4_0000]
const paged = 0x8001_0011
const invalid = { control: 0x37e, status: 0x3881 }

/** What an instruction of MMX leaves of x87: the head, and the first registers behind TOP. */
const leaves = (name: string, code: string, more: Partial<Probe> = {}) =>
  through(name, 'long64', 0, { code: `fxrstor [data]; ${code}; fxsave [data2]`, ...more })

const states = [
  leaves('PADDB leaves x87', 'paddb mm1, mm2'),
  leaves('PADDB of memory leaves x87', 'paddb mm1, [data + 64]'),
  leaves('PSRLW by an immediate leaves x87', 'psrlw mm1, 3'),
  leaves('PXOR of one register leaves x87', 'pxor mm0, mm0'),
  leaves('EMMS leaves x87', 'emms'),
  leaves('PADDB and EMMS leave x87', 'paddb mm1, mm2; emms'),
  leaves('PADDB of XMM leaves x87', 'paddb xmm1, xmm2'),
  leaves('PADDB takes REX.R and REX.B for nothing', 'db 0x45; paddb mm1, mm2'),
  leaves('PADDB behind FLD1', 'fld1; paddb mm1, mm7'),
  leaves('FLD1 behind PADDB', 'paddb mm7, mm0; fld1'),
  leaves('FLD1 behind EMMS', 'paddb mm7, mm0; emms; fld1'),
  leaves('FST of what PADDB has left', 'paddb mm0, mm1; fst st1'),
  through('PADDB leaves the last registers', 'long64', 96, {
    code: 'fxrstor [data]; paddb mm7, mm6; fxsave [data2]',
  }),
  ...(['prot32', 'compat32', 'prot16'] as const).map((state) =>
    through(`PADDB leaves x87 in ${state}`, state, 0, {
      code: 'fxrstor [data]; paddb mm1, mm2; fxsave [data2]',
    }),
  ),
]

/** #UD, #NM and #MF come in this order, and before memory is looked at. */
const order = [
  ['with an exception pending', 0, 'paddb mm1, mm2'],
  ['with an exception pending, of a missing page', 0, 'paddb mm1, [rdi]'],
  ['with an exception pending and TS', ts, 'paddb mm1, mm2'],
  ['with an exception pending and EM', em, 'paddb mm1, mm2'],
  ['with an exception pending, of XMM', 0, 'paddb xmm1, xmm2'],
] as const

const pending = [
  ...order.map(([name, cr0, code]) =>
    through(`PADDB ${name}`, 'long64', 0, {
      given: { ...some, ...invalid },
      cr0: paged | ne,
      code: `fxrstor [data]; mov rdi, 0x7fff00000000; mov rax, cr0; or al, ${cr0}; mov cr0, rax; ${code}`,
    }),
  ),
  through('EMMS with an exception pending', 'long64', 0, {
    given: { ...some, ...invalid },
    cr0: paged | ne,
    code: 'fxrstor [data]; emms',
  }),
]

const units = (['paddb mm1, mm2', 'emms', 'paddd xmm1, xmm2'] as const).flatMap((code) => {
  const name = code.toUpperCase()
  return [
    one(`${name} with EM`, 'prot32', code, { cr0: 0x11 | em }),
    one(`${name} with TS`, 'prot32', code, { cr0: 0x11 | ts }),
    one(`${name} with EM and TS`, 'prot32', code, { cr0: 0x11 | em | ts }),
    one(`${name} without OSFXSR`, 'prot32', code, { cr4: 0 }),
    one(`LOCK ${name}`, 'prot32', `db 0xf0; ${code}`),
  ]
})

const atLevel3 = { flags: 0x4_0002, cr0: paged | am }

const memory = [
  ...(['long64', 'prot32', 'prot16', 'real16'] as const).map((state) => misaligned(state)),
  one('PADDD at 8 past a limit', 'prot16', 'mov ebx, 0x12345678; a32 paddd xmm0, [ebx]'),
  one('PADDD past a limit', 'prot16', 'mov ebx, 0xfff8; a32 paddd mm0, [ebx + 1]'),
  one('PADDD past the limit of SS', 'prot16', 'mov ebp, 0xfff8; a32 paddd mm0, [ebp + 1]'),
  one('PADDD of a missing page', 'long64', 'mov rdi, 0x7fff00000000; paddd xmm0, [rdi]'),
  one('PADDD at 8 of a missing page', 'long64', 'mov rdi, 0x7fff00000008; paddd xmm0, [rdi]'),
  one('PADDD not canonical', 'long64', 'mov rdi, 1 << 47; paddd xmm0, [rdi]'),
  one('PADDD not canonical by RBP', 'long64', 'mov rbp, 1 << 47; paddd xmm0, [rbp]'),
  one('PADDD at 8 with AC', 'long64u', 'paddd xmm0, [data + 8]', atLevel3),
  one('PADDD of MMX at 4 with AC', 'long64u', 'paddd mm0, [data + 4]', atLevel3),
  one('PADDD of MMX at 8 with AC', 'long64u', 'paddd mm0, [data + 8]', atLevel3),
  one('PADDD of MMX over the end of a page', 'long64', 'mov rdi, test_region_long; paddd mm0, [rdi + 0xffc]'),
]

function misaligned(state: StateName): Probe {
  const ready = state === 'real16' ? 'mov eax, cr4; bts eax, 9; mov cr4, eax; ' : ''
  return one(`PADDD at 8 in ${state}`, state, `${ready}mov ebx, 8; a32 paddd xmm0, [ebx]`)
}

/** Groups 12 to 14 have registers only, and holes. */
const holes = [
  ['PSRLW of memory', '0x66, 15, 0x71, 0x10, 1'],
  ['PSLLDQ of memory', '0x66, 15, 0x73, 0x38, 1'],
  ['PSRLDQ of MMX', '15, 0x73, 0xd8, 1'],
  ['PSLLDQ of MMX', '15, 0x73, 0xf8, 1'],
  ['71 /0', '0x66, 15, 0x71, 0xc0, 1'],
  ['72 /1', '15, 0x72, 0xc8, 1'],
  ['73 /4, which would be PSRAQ', '0x66, 15, 0x73, 0xe0, 1'],
  ['PMULLD of MMX', '15, 0x38, 0x40, 0xc1'],
  ['PTEST of MMX', '15, 0x38, 0x17, 0xc1'],
].map(([name, bytes]) => one(`${name}`, 'long64', `db ${bytes}`))

export const packed: ProbeGroup = {
  name: 'packed',
  manual: 'Vol. 1 9, 10.2, 11.4; Vol. 3A 12; Vol. 2 PADDB, EMMS, PSLLDQ, PSRLW',
  probes: [...states, ...pending, ...units, ...memory, ...holes],
}
