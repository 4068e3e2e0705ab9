import { doublewords, gdt, type Piece, type Segment, segment, segmentType, words } from '../descriptors.ts'
import { address, selector } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'

const { own } = selector
/** The paragraph that the code stands in, and where in it transfers lead. */
const paragraph = address.code >> 4
const target = 0x800
const landingPiece: Piece = {
  at: address.code + target - 0x40,
  bytes: Uint8Array.from({ length: 0x80 }, (_, index) => (index % 2 === 0 ? 0x0f : 0x0b)),
}
const far = (offset: number) => `0x${paragraph.toString(16)}:${offset}`
const { stack0, stack3 } = { stack0: 0x9000, stack3: 0xb000 }

const transfers = (['real16', 'v86'] satisfies StateName[]).flatMap((state) => {
  const top = state === 'v86' ? stack3 : stack0
  const probe = (name: string, code: string, memory: readonly Piece[] = []): Probe => ({
    name: `${state} ${name}`,
    state,
    code,
    memory: [landingPiece, ...memory],
    watch: [top - 8, top - 16],
  })
  return [
    probe('JMP ptr16:16', `jmp ${far(target)}`),
    probe('JMP ptr16:32', `jmp dword ${far(target)}`),
    probe('JMP ptr16:32 beyond the limit', `jmp dword ${far(0x1_0000)}`),
    probe('JMP to another paragraph', `jmp ${paragraph + 0x40}:${target - 0x400}`),
    probe('JMP m16:16', 'jmp far word [0xc000]', [words(address.data, target, paragraph)]),
    probe('JMP m16:32', 'jmp far dword [0xc000]', [doublewords(address.data, target, paragraph)]),
    probe('CALL ptr16:16', `call ${far(target)}`),
    probe('CALL ptr16:32', `call dword ${far(target)}`),
    probe('CALL ptr16:32 beyond the limit', `call dword ${far(0x1_0000)}`),
    probe('CALL m16:32', 'call far dword [0xc000]', [doublewords(address.data, target, paragraph)]),
    probe('CALL with one byte of stack', `mov sp, 1; call ${far(target)}`),
    probe('CALL with SP 2', `mov sp, 2; call ${far(target)}`),
    probe('CALL dword with SP 2', `mov sp, 2; call dword ${far(target)}`),
    probe('RETF', `push ${paragraph}; push ${target}; retf`),
    probe('RETF imm16', `push ${paragraph}; push ${target}; retf 0x10`),
    probe('RETF of 32 bits', `push dword ${paragraph}; push dword ${target}; o32 retf`),
    probe('RETF of 32 bits beyond the limit', `push dword ${paragraph}; push dword 0x10000; o32 retf`),
    probe(
      'RETF of 32 bits with a high half in CS',
      `push dword 0x1234${paragraph.toString(16)}; push dword ${target}; o32 retf`,
    ),
    probe('RETF over the end of the stack', 'mov sp, 0xffff; retf'),
    probe('MOV DS and a use', 'mov ax, 0xc00; mov ds, ax; mov word [0], 0x1234; mov cx, [es:0xc000]'),
    probe('POP ES', 'push word 0x1234; pop es; mov cx, es'),
    probe('POP DS of 32 bits', 'push dword 0x56781234; o32 pop ds; mov cx, ds; mov dx, sp'),
    probe('PUSH DS of 32 bits', 'push dword -1; pop eax; o32 push ds; pop ecx'),
    probe('LDS', 'lds bx, [0xc000]', [words(address.data, 0x1111, 0x2222)]),
    probe('LES of 32 bits', 'o32 les bx, [0xc000]', [doublewords(address.data, 0x11112222, 0x3333)]),
    probe('LSS', 'lss sp, [0xc000]; push ax', [words(address.data, 0x8000, 0x100)]),
    probe('LFS over the end of the segment', 'mov si, 0xfffd; lfs bx, [si]'),
    probe('MOV SS', 'mov ax, 0x100; mov ss, ax; mov sp, 0x8000; push ax'),
    probe('MOV CS', 'mov cs, ax'),
  ]
})

/** From real mode to protected mode and back: limits and rights stay (unreal mode). */
const enter = 'mov eax, cr0; or al, 1; mov cr0, eax'
const leave = 'mov eax, cr0; and al, 0xfe; mov cr0, eax'
const clear = 'xor eax, eax; xor ebx, ebx'
const unreal = (name: string, inside: string, after: string, memory: readonly Piece[] = []): Probe => ({
  name: `unreal: ${name}`,
  state: 'real16',
  code: [enter, inside, leave, after, clear].join('; '),
  memory,
})

const fourGiB = gdt(own, segment({ type: segmentType.data }))
const small = (type: number, limit: number, big = false) => [gdt(own, segment({ type, limit, big }))]
/** GS, because the handlers need the others. */
const load = 'mov bx, own; mov gs, bx'
const other = 'xor ax, ax; mov gs, ax'

const unreals: readonly Probe[] = [
  unreal('4 GiB', load, 'mov ebx, 0x10c000; mov dword [gs:ebx], 0x12345678; mov ecx, [gs:ebx]', [fourGiB]),
  unreal('4 GiB, and another paragraph', load, `${other}; mov ebx, 0x10c000; mov ecx, [gs:ebx]`, [fourGiB]),
  unreal('a limit of FFFh', load, 'mov cl, [gs:0xfff]; mov cl, [gs:0x1000]', small(segmentType.data, 0xfff)),
  unreal(
    'a limit of FFFh, and another paragraph',
    load,
    `${other}; mov cl, [gs:0x1000]`,
    small(segmentType.data, 0xfff),
  ),
  unreal(
    'read-only data',
    load,
    `${other}; mov cl, [gs:0xc000]; mov [gs:0xc000], cl`,
    small(segmentType.readOnly, 0xffff),
  ),
  unreal(
    'expand-down data',
    load,
    `${other}; mov cl, [gs:0xc000]; mov cl, [gs:0xfff]`,
    small(segmentType.expandDown, 0xfff),
  ),
  unreal(
    'readable code',
    load,
    `${other}; mov cl, [gs:0xc000]; mov [gs:0xc000], cl`,
    small(segmentType.code, 0xffff),
  ),
  unreal('null', 'xor bx, bx; mov gs, bx', 'mov cl, [gs:0]'),
  unreal('null, and another paragraph', 'xor bx, bx; mov gs, bx', `${other}; mov cl, [gs:0]; mov cl, [gs:1]`),
  unreal('null, and another paragraph written', 'xor bx, bx; mov gs, bx', `${other}; mov [gs:0], cl`),
  unreal(
    'a 32-bit stack',
    'mov bx, own; mov ss, bx',
    'mov esp, 0x18000; push ax; mov ecx, esp; xor ax, ax; mov ss, ax; mov esp, 0x9000',
    [fourGiB],
  ),
  unreal('a base of a descriptor', load, 'mov ecx, [gs:0]', [
    gdt(own, segment({ base: address.data, limit: 0xffff })),
    doublewords(address.data, 0xabcd),
  ]),
]

/** Code of a descriptor, then back: its size and limit stay until CS is loaded in protected mode. */
const through = (name: string, options: Segment, inside: string): Probe => ({
  name: `unreal: ${name}`,
  state: 'real16',
  code: `${enter}; jmp own:.in; .in: ${inside}; .out: ${clear}`,
  memory: [gdt(own, segment({ type: segmentType.code, base: address.code, ...options }))],
})

const back = `${enter}; db 0x66; db 0xea; dw .back; dw code16; .back: bits 16; ${leave}; jmp ${paragraph}:.out`
/** A write through CS and a read. */
const use = 'mov byte [cs:0xf00], 0x5a; mov cl, [cs:0xf00]'
const codes: readonly Probe[] = [
  through(
    'CS of 32 bits',
    { limit: 0xffff },
    `bits 32; ${leave}; db 0xea; dd .far; dw ${paragraph}; .far: mov ecx, 0x11223344; ${back}`,
  ),
  through('a limit of CS', { limit: 0x7fff, big: false }, `${leave}; ${clear}; jmp ${far(0x8000)}`),
  through(
    'conforming code',
    { type: segmentType.conforming, limit: 0xffff, big: false },
    `${leave}; jmp ${paragraph}:.out`,
  ),
  ...[segmentType.code, segmentType.executeOnly, segmentType.conforming].flatMap((type) => {
    const options = { type, limit: 0xffff, big: false }
    const name = `code of type ${type}`
    const toReal = `jmp ${paragraph}:.real; .real: mov eax, 0`
    return [
      through(`${name} is written to behind a far jump`, options, `${leave}; ${toReal}; ${use}`),
      through(`${name} is written to in front of it`, options, `${leave}; ${use}; ${toReal}`),
    ]
  }),
]

export const paragraphs: ProbeGroup = {
  name: 'paragraphs',
  manual: '20.1, 20.2; Vol. 2 JMP, CALL, RET, MOV, LDS',
  probes: [...transfers, ...unreals, ...codes],
}
