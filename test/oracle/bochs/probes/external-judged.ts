import type { Probe } from '../probe.ts'

const ranks =
  'Vol. 3A table 6-2: NMI, then maskable interrupts, then code breakpoints; Bochs takes the breakpoint first'
const resumes = 'Vol. 3B 17.3.1.1: an interrupt between two iterations pushes RF as 1; Bochs leaves it alone'
const nullSelector = 'Vol. 2 INT n: #SS(EXT), the error code contains the null selector; Bochs has SS in it'

type Judged = readonly [because: string, ...lines: readonly string[]]

const real16 = 'fs=10 eax=402 ebx=a3a30010 edi=fee00000'
const prot32 = 'eax=402 edi=fee00000'
const long64 = 'rax=402 rdi=8000000000'
/** First the interrupt, then the breakpoint, again and again: its handler does not set RF. */
function broken(name: string, place: string, pushed: string, registers: string): Judged {
  const trap = `#DB ${place} ${pushed} dr6=ffff0ff1 dr7=402 ${registers}`
  return [ranks, `${name} ${place} ${pushed} dr7=402 ${registers}`, trap, trap]
}

const judged: Readonly<Record<string, Judged>> = {
  'real16 INTR and an instruction breakpoint': broken('vector 22', '1000:+46', 'flags=202 on=0:8ffa', real16),
  'real16 NMI and an instruction breakpoint': broken('NMI', '1000:+44', 'flags=2 on=0:8ffa', real16),
  'prot32 INTR and an instruction breakpoint': broken('vector 22', '8:+2b', 'flags=202 on=10:8ff4', prot32),
  'prot32 NMI and an instruction breakpoint': broken('NMI', '8:+29', 'flags=2 on=10:8ff4', prot32),
  'long64 INTR and an instruction breakpoint': broken(
    'vector 22',
    '18:+35',
    'flags=202 sp=10:9000 on=10:8fd8',
    long64,
  ),
  'long64 NMI and an instruction breakpoint': broken(
    'NMI',
    '18:+33',
    'flags=2 sp=10:9000 on=10:8fd8',
    long64,
  ),
  'prot32 INTR and REP STOSB': [
    resumes,
    'vector 22 8:+24 flags=10202 on=10:8ff4 ecx=2 edi=c001',
    'end flags=10202 on=10:8ff4 ecx=0 edi=c003',
  ],
  'long64 INTR and REP STOSB': [
    resumes,
    'vector 22 18:+29 flags=10202 sp=10:9000 on=10:8fd8 rcx=2 rdi=c001',
    'end flags=10202 sp=10:9000 on=10:8fd8 rcx=0 rdi=c003',
  ],
  'long64 INTR, by an IST that is not canonical': [
    nullSelector,
    '#SS(1) 18:+20 flags=10202 sp=10:9000 on=10:8fd0 rdi=8000000000',
  ],
  'long64u INTR, by an IST that is not canonical': [
    nullSelector,
    '#SS(1) 43:+20 flags=13202 sp=3b:b000 on=0:8fd0 rdi=8000000000',
  ],
}

/** A probe with what is right where Bochs is not. */
export function judgedByManual(probe: Probe): Probe {
  const [because, ...expect] = judged[probe.name] ?? []
  return because ? { ...probe, instead: { expect, because } } : probe
}
