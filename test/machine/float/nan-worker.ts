// Prints hashes of one guest that computes with NaNs: in a new process, and after ten million more.

import { Random } from '../../oracle/random.ts'
import { assemble } from '../control/assemble.ts'
import { longMode } from '../long-mode.ts'

const valuesAt = 0x18_0000
const scratchAt = 0x19_0000
const vectors = 40
const vectorBytes = 16
/** CR4 with PAE, OSFXSR and OSXMMEXCPT. */
const cr4 = 0x620
/** A sixth of them compute. */
const warmUnits = 60_000_000

const binary = ['add', 'sub', 'mul', 'div', 'min', 'max', 'sqrt'].flatMap((name) =>
  ['ps', 'pd', 'ss', 'sd'].map((shape) => `${name}${shape}`),
)
const operations = [
  ...binary,
  ...['cvtps2pd', 'cvtpd2ps', 'cvtss2sd', 'cvtsd2ss', 'cvtps2dq', 'cvttpd2dq', 'haddps', 'addsubpd'],
  ...['ucomisd', 'comiss'],
]
const x87 = ['fadd', 'fmul', 'fdiv', 'fsub']

const mix = 'rol r8, 5\nxor r8, rax\nimul r8, r9'

/** Every operation on each pair of vectors; R8 becomes the hash of all results and flags. */
const program = `
  fninit
  mov r9, 0x9e3779b97f4a7c15
  mov esi, ${valuesAt}
left:
  mov edi, ${valuesAt}
right:
  mov dword [${scratchAt}], 0x1f80
  ldmxcsr [${scratchAt}]
${operations
  .map(
    (name) => `
  movups xmm0, [rsi]
  movups xmm2, [rdi]
  ${name} xmm0, xmm2
  movq rax, xmm0
  ${mix}
  movhlps xmm1, xmm0
  movq rax, xmm1
  ${mix}`,
  )
  .join('')}
  stmxcsr [${scratchAt}]
  mov eax, [${scratchAt}]
  ${mix}
${x87
  .map(
    (name) => `
  fld qword [rsi]
  ${name} qword [rdi]
  fstp tword [${scratchAt}]
  mov rax, [${scratchAt}]
  ${mix}
  movzx eax, word [${scratchAt} + 8]
  ${mix}`,
  )
  .join('')}
  fnstsw ax
  movzx eax, ax
  ${mix}
  add edi, ${vectorBytes}
  cmp edi, ${valuesAt + vectors * vectorBytes}
  jne right
  add esi, ${vectorBytes}
  cmp esi, ${valuesAt + vectors * vectorBytes}
  jne left
  ud2
`

/** Two thirds NaNs with payloads, quiet and signaling, of 64 bits or two of 32; then corners and numbers. */
function value(random: Random): bigint {
  const bits = random.value()
  switch (random.below(6)) {
    case 0:
    case 1:
      return bits | 0x7ff0_0000_0000_0000n
    case 2:
    case 3:
      return bits | 0x7f80_0000_7f80_0000n
    case 4:
      return random.pick([0n, 1n, 0x8000_0000_0000_0000n, 0x7ff0_0000_0000_0000n, 0x7f80_0000_0000_0001n])
    default:
      return bits
  }
}

const code = Uint8Array.from(assemble(64, program))

/** The hash, and the units that it took. */
function pass(): { hash: string; units: number } {
  const machine = longMode(code, { cr4 })
  const random = new Random('NaNs')
  const values = new BigUint64Array(2 * vectors).map(() => value(random))
  machine.cpu.poke(valuesAt, new Uint8Array(values.buffer))
  const stop = machine.run(100_000_000)
  if (stop.kind !== 'exception') throw new Error(`the guest ended by ${stop.kind}`)
  return { hash: machine.state.general(8).toString(16), units: machine.units }
}

const cold = pass()
for (let units = 0; units < warmUnits; ) units += pass().units
process.stdout.write(JSON.stringify({ cold, warm: pass() }))
