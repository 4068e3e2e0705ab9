import { dataAt } from '../layout.ts'
import type { Random } from '../random.ts'

/** Where strings and pointers lie: 16-bit code has a data segment that begins at 0. */
const data16 = 0x8000

interface Names {
  readonly a: string
  readonly b: string
  readonly c: string
  readonly si: string
  readonly di: string
  readonly word: string
}

const names: Readonly<Record<16 | 32 | 64, Names>> = {
  16: { a: 'ax', b: 'bx', c: 'cx', si: 'si', di: 'di', word: 'word' },
  32: { a: 'eax', b: 'ebx', c: 'ecx', si: 'esi', di: 'edi', word: 'dword' },
  64: { a: 'rax', b: 'rbx', c: 'rcx', si: 'rsi', di: 'rdi', word: 'qword' },
}

const frame = { 16: ['bp', 'sp'], 32: ['ebp', 'esp'], 64: ['rbp', 'rsp'] } as const

interface Scene {
  readonly random: Random
  readonly bits: 16 | 32 | 64
  readonly names: Names
}

const pointer = ({ random, bits }: Scene) => (bits === 16 ? data16 : dataAt) - 64 + random.below(96)

/** What a procedure does between CALL and RET: it leaves the stack as it was. */
function body(scene: Scene): string {
  const { random, bits, names: n } = scene
  const [bp, sp] = frame[bits]
  const pairs = [
    [`push ${n.a}`, `pop ${n.b}`],
    [`push ${n.word} [${pointer(scene)}]`, `pop ${n.word} [${pointer(scene)}]`],
    ['pushf', 'popf'],
    // Frames of callers lie where this one's is: elsewhere they might reach over 4 GiB, where anything goes.
    [`push ${bp}\nmov ${bp}, ${sp}\nenter ${random.below(32)}, ${random.below(4)}`, `leave\npop ${bp}`],
    [`push ${random.below(256) - 128}`, `pop ${n.c}`],
    [`push ${random.below(0x7fff)}`, `pop ${n.word} [${pointer(scene)}]`],
    ...(bits === 64
      ? [['push fs', 'pop fs']]
      : [
          ['pusha', 'popa'],
          ['push ds', 'pop es'],
          ['push ss', 'pop fs'],
        ]),
  ]
  const chosen = [random.pick(pairs), random.pick(pairs)]
  return [...chosen.map(([first]) => first), ...chosen.reverse().map(([, last]) => last)].join('\n')
}

/** Each way to a procedure at `%%to` and behind it to `%%behind`. */
function call(scene: Scene): string {
  const { random, bits, names: n } = scene
  const back = random.below(4) * 8
  const slots = Array.from({ length: (back * 8) / bits }, () => `push ${n.a}`)
  const near = back > 0 ? `ret ${back}` : 'ret'
  const stack = bits === 16 ? ['mov bp, sp', 'call [bp]'] : [`call [${bits === 64 ? 'rsp' : 'esp'}]`]
  const far = bits === 64 ? ['mov eax, cs', 'push rax'] : ['push cs']
  const [before, way, end] = random.pick<readonly [readonly string[], readonly string[], string]>([
    [slots, ['call %%to'], near],
    [slots, [`mov ${n.b}, %%to`, `call ${n.b}`], near],
    [[`mov ${n.b}, %%to`, `push ${n.b}`], stack, bits === 16 ? 'ret 2' : `ret ${bits / 8}`],
    [far, ['call %%to'], bits === 64 ? 'o64 retf' : 'retf'],
    [[`mov ${n.b}, %%behind`, `push ${n.b}`], ['jmp %%to'], 'ret'],
  ])
  return [...before, ...way, 'jmp %%behind', '%%to:', body(scene), end, '%%behind:'].join('\n')
}

function strings(scene: Scene): string {
  const { random, bits, names: n } = scene
  const widths = bits === 64 ? ['b', 'w', 'd', 'q'] : ['b', 'w', 'd']
  const name = random.pick(['movs', 'stos', 'lods', 'cmps', 'scas'])
  const compares = name === 'cmps' || name === 'scas'
  const prefix = compares ? random.pick(['repe ', 'repne ']) : 'rep '
  return [
    `mov ${n.c}, ${random.below(24)}`,
    `mov ${n.si}, ${pointer(scene)}`,
    `mov ${n.di}, ${pointer(scene)}`,
    random.pick(['cld', 'std']),
    `${random.oneIn(5) ? '' : prefix}${name}${random.pick(widths)}`,
  ].join('\n')
}

function loop({ random, names: n }: Scene): string {
  const step = random.pick([`add ${n.a}, ${n.c}`, `rol ${n.a}, 3`, `xor ${n.a}, ${n.b}`, `dec ${n.b}`])
  return [
    `mov ${n.c}, ${1 + random.below(12)}`,
    '%%to:',
    step,
    `${random.pick(['loop', 'loopne'])} %%to`,
  ].join('\n')
}

function interrupt({ random, bits }: Scene): string {
  return random.pick(['int 31', 'int3', bits === 64 ? 'int 30' : 'into', 'int1'])
}

/** Calls, strings, loops and software interrupts, which random instructions alone would not bring home. */
export function randomCalls(random: Random, bits: 16 | 32 | 64): string {
  const scene = { random, bits, names: names[bits] }
  return random.pick([call, call, strings, strings, loop, interrupt])(scene)
}
