import type { ProcessorPort } from './processor-port.ts'

type Place = readonly [number: number, offset: number, bytes: 1 | 2 | 4]

const places = {
  ...{ eax: [0, 0, 4], ax: [0, 0, 2], al: [0, 0, 1], ah: [0, 1, 1] },
  ...{ ecx: [1, 0, 4], cx: [1, 0, 2], cl: [1, 0, 1], ch: [1, 1, 1] },
  ...{ edx: [2, 0, 4], dx: [2, 0, 2], dl: [2, 0, 1], dh: [2, 1, 1] },
  ...{ ebx: [3, 0, 4], bx: [3, 0, 2], bl: [3, 0, 1], bh: [3, 1, 1] },
  ...{ esp: [4, 0, 4], sp: [4, 0, 2], ebp: [5, 0, 4], bp: [5, 0, 2] },
  ...{ esi: [6, 0, 4], si: [6, 0, 2], edi: [7, 0, 4], di: [7, 0, 2] },
} as const satisfies Readonly<Record<string, Place>>

/** General registers and their parts, to read and to assign; nothing but the named part changes. */
export type Registers = { -readonly [Name in keyof typeof places]: number }

export function registersOf(cpu: ProcessorPort): Registers {
  const registers = {}
  for (const [name, [number, offset, bytes]] of Object.entries(places)) {
    Object.defineProperty(registers, name, {
      get: () => cpu.register(number, offset, bytes),
      set: (value: number) => cpu.setRegister(number, offset, bytes, value),
    })
  }
  return registers as Registers
}
