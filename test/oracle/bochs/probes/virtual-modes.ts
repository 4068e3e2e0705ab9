import { byte, type Piece, words } from '../descriptors.ts'
import { address } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'

const [vif, vip, vm] = [0x8_0000, 0x10_0000, 0x2_0000]
const virtualFlags = [0, vif, vip, vif | vip]

/** A redirection bitmap of 32 bytes, which is all of `value`, before an I/O bitmap. */
function redirection(value: number, ioMap = 0x88): readonly Piece[] {
  const map = Array.from({ length: 32 }, (_, index) => byte(address.tss + 0x68 + index, value))
  return [words(address.tss + 0x66, ioMap), ...map]
}
/** Vector 21h of the 8086 program: NOP, then UD2. */
const program = [words(0x21 * 4, 0x40, 0x1000), { at: 0x1_0040, bytes: Uint8Array.of(0x90, 0x0f, 0x0b) }]

const instructions: readonly (readonly [string, string, number?])[] = [
  ['PUSHF', 'pushf; pop ax; nop'],
  ['PUSHFD', 'pushfd; pop eax; nop'],
  ['POPF', 'mov ax, 0x0ed7; push ax; popf; nop'],
  ['POPF of everything', 'mov ax, 0x7ed7; push ax; popf; nop'],
  ['POPF with TF', 'mov ax, 0x0102; push ax; popf; nop', 3],
  ['POPFD', 'mov eax, 0x1ffed7; push eax; popfd; nop'],
  ['CLI', 'cli; nop'],
  ['STI', 'sti; nop'],
  ['INT', 'int 0x21; nop'],
  ['INT3', 'int3; nop'],
  ['IRET', 'push word 0x3e97; push cs; push word .x; iret; .x: nop'],
  ['IRET without IF', 'push word 0x3c97; push cs; push word .x; iret; .x: nop'],
  ['IRETD', 'push dword 0x3d3e97; push word 0; push cs; push dword .x; o32 iret; .x: nop'],
  ['INTO', 'mov al, 0x7f; inc al; into; nop'],
]

const inVirtual = [
  '#BP 1000:+1 flags=1a3002 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc',
  'end flags=1b3002 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc [aff0]=0 [aff8]=0',
]
const inProtected = ['end flags=193002 sp=3b:b000 on=10:8fec']
const inLong = ['end flags=193002 sp=3b:b000 on=0:8fd8']
const notBelow3 = (expect: readonly string[]) => ({
  expect,
  because: 'Vol. 1 3.4.3.3: VIF and VIP count where IOPL is less than 3',
})
const alsoLong = {
  expect: Array.from({ length: 2 }, () => '#GP(0) 43:+0 flags=190002 sp=3b:b000 on=0:8fd0'),
  because: 'Vol. 1 3.4.3.3, Vol. 3A 20.4: protected-mode virtual interrupts exist in 64-bit mode, too',
}

const virtual8086 = [0, 1, 3].flatMap((iopl) =>
  [0, 1].flatMap((cr4) =>
    (cr4 === 0 ? [0] : virtualFlags).flatMap((extra): Probe[] => {
      const flags = vm | 2 | (iopl << 12) | extra
      const context = `IOPL ${iopl}${cr4 ? ' VME' : ''}${extra & vif ? ' VIF' : ''}${extra & vip ? ' VIP' : ''}`
      const one = (what: string, code: string, events = 2, memory: readonly Piece[] = []): Probe => {
        return {
          name: `${context}: ${what}`,
          state: 'v86',
          code,
          flags,
          cr4,
          memory,
          events,
          watch: [0xaff0, 0xaff8],
        }
      }
      // Bochs looks at VIF and VIP at IOPL 3 too.
      if (iopl === 3 && extra === (vif | vip))
        return [{ ...one('INT3', 'int3; nop'), instead: notBelow3(inVirtual) }]
      return [
        ...instructions.map(([what, code, events]) => one(what, code, events)),
        one('INT redirected', 'int 0x21; nop', 2, [...redirection(0), byte(0x3088, 0xff), ...program]),
        one('INT not redirected', 'int 0x21; nop', 2, [
          ...redirection(0),
          byte(address.tss + 0x6c, 2),
          ...program,
        ]),
        one('INT, no bitmap', 'int 0x21; nop', 2, [words(address.tss + 0x66, 0x1000)]),
      ]
    }),
  ),
)

const virtualInterrupts = (['prot32u', 'long64u', 'prot32'] satisfies StateName[]).flatMap((state) =>
  [0, 3].flatMap((iopl) =>
    [0, 2].flatMap((pvi) =>
      (pvi === 0 ? [0] : virtualFlags).flatMap((extra): Probe[] => {
        const pending = state.endsWith('u') && extra === (vif | vip)
        const wide = states[state].bits === 64
        const context = `${state} IOPL ${iopl}${pvi ? ' PVI' : ''}${extra & vif ? ' VIF' : ''}${extra & vip ? ' VIP' : ''}`
        const one = (what: string, code: string): Probe => ({
          name: `${context}: ${what}`,
          state,
          code,
          flags: 2 | (iopl << 12) | extra,
          cr4: (wide ? 0x20 : 0) | pvi,
          events: 2,
        })
        if (pending && iopl === 3)
          return [{ ...one('CLI', 'cli; nop'), instead: notBelow3(wide ? inLong : inProtected) }]
        if (pending && wide) return [{ ...one('CLI', 'cli; nop'), instead: alsoLong }]
        const [a, suffix] = wide ? ['rax', 'q'] : ['eax', 'd']
        return [
          one('CLI', 'cli; nop'),
          one('STI', 'sti; nop'),
          one('POPF', `mov eax, 0x3c7ed7; push ${a}; popf${suffix}; nop`),
          one('PUSHF', `pushf${suffix}; pop ${a}; nop`),
        ]
      }),
    ),
  ),
)

export const virtualModes: ProbeGroup = {
  name: 'virtual-modes',
  manual: '20.2-20.4; Vol. 2 CLI, STI, POPF, IRET, INT n',
  probes: [...virtual8086, ...virtualInterrupts],
}
