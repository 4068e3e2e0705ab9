import type { Probe } from '../probe.ts'

const because =
  'Vol. 3B 17.3.1.1: RF is 1 in what a trap pushes between two iterations; Bochs leaves it alone, as AMD does'

/** What single steps and data breakpoints between iterations push. */
const lines: Readonly<Record<string, readonly string[]>> = {
  'prot32 TF, REP STOSB': [
    '#DB 8:+e flags=102 on=10:8ff4 dr6=ffff4ff0 edi=c000',
    '#DB 8:+13 flags=102 on=10:8ff4 dr6=ffff4ff0 ecx=3 edi=c000',
    '#DB 8:+15 flags=102 on=10:8ff4 dr6=ffff4ff0 eax=a0a0a005 ecx=3 edi=c000',
    '#DB 8:+15 flags=10102 on=10:8ff4 dr6=ffff4ff0 eax=a0a0a005 ecx=2 edi=c001',
    '#DB 8:+15 flags=10102 on=10:8ff4 dr6=ffff4ff0 eax=a0a0a005 ecx=1 edi=c002',
    '#DB 8:+17 flags=102 on=10:8ff4 dr6=ffff4ff0 eax=a0a0a005 ecx=0 edi=c003',
    '#DB 8:+18 flags=102 on=10:8ff4 dr6=ffff4ff0 eax=a0a0a005 ecx=0 edi=c003',
    'end flags=10102 on=10:8ff4 dr6=ffff4ff0 eax=a0a0a005 ecx=0 edi=c003',
  ],
  'long64 TF, REP STOSB': [
    '#DB 18:+f flags=102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rdi=c000',
    '#DB 18:+14 flags=102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rcx=3 rdi=c000',
    '#DB 18:+16 flags=102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=3 rdi=c000',
    '#DB 18:+16 flags=10102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=2 rdi=c001',
    '#DB 18:+16 flags=10102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=1 rdi=c002',
    '#DB 18:+18 flags=102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=0 rdi=c003',
    '#DB 18:+19 flags=102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=0 rdi=c003',
    'end flags=10102 sp=10:9000 on=10:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=0 rdi=c003',
  ],
  'prot32u TF, REP STOSB': [
    '#DB 33:+e flags=102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 edi=c000',
    '#DB 33:+13 flags=102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 ecx=3 edi=c000',
    '#DB 33:+15 flags=102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 eax=a0a0a005 ecx=3 edi=c000',
    '#DB 33:+15 flags=10102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 eax=a0a0a005 ecx=2 edi=c001',
    '#DB 33:+15 flags=10102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 eax=a0a0a005 ecx=1 edi=c002',
    '#DB 33:+17 flags=102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 eax=a0a0a005 ecx=0 edi=c003',
    '#DB 33:+18 flags=102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 eax=a0a0a005 ecx=0 edi=c003',
    'end flags=10102 sp=3b:b000 on=10:8fec dr6=ffff4ff0 eax=a0a0a005 ecx=0 edi=c003',
  ],
  'long64u TF, REP STOSB': [
    '#DB 43:+f flags=102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rdi=c000',
    '#DB 43:+14 flags=102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rcx=3 rdi=c000',
    '#DB 43:+16 flags=102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=3 rdi=c000',
    '#DB 43:+16 flags=10102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=2 rdi=c001',
    '#DB 43:+16 flags=10102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=1 rdi=c002',
    '#DB 43:+18 flags=102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=0 rdi=c003',
    '#DB 43:+19 flags=102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=0 rdi=c003',
    'end flags=10102 sp=3b:b000 on=0:8fd8 dr6=ffff4ff0 rax=a0a0a0a0a0a0a005 rcx=0 rdi=c003',
  ],
  'v86 TF, REP STOSB': [
    '#DB 1000:+e flags=23102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 ebp=a5a53102 edi=c000',
    '#DB 1000:+14 flags=23102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 ecx=3 ebp=a5a53102 edi=c000',
    '#DB 1000:+16 flags=23102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 eax=a0a0a005 ecx=3 ebp=a5a53102 edi=c000',
    '#DB 1000:+16 flags=33102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 eax=a0a0a005 ecx=2 ebp=a5a53102 edi=c001',
    '#DB 1000:+16 flags=33102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 eax=a0a0a005 ecx=1 ebp=a5a53102 edi=c002',
    '#DB 1000:+18 flags=23102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 eax=a0a0a005 ecx=0 ebp=a5a53102 edi=c003',
    '#DB 1000:+19 flags=23102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 eax=a0a0a005 ecx=0 ebp=a5a53102 edi=c003',
    'end flags=33102 sp=0:b000 es..gs=0,0,0,0 on=10:8fdc dr6=ffff4ff0 eax=a0a0a005 ecx=0 ebp=a5a53102 edi=c003',
  ],
  'prot32 REP STOSB, its second byte': [
    '#DB 8:+1a flags=10002 on=10:8ff4 dr6=ffff0ff1 dr7=10402 eax=10402 ecx=1 edi=c002',
    'end flags=10002 on=10:8ff4 dr6=ffff0ff1 dr7=10402 eax=10402 ecx=0 edi=c003',
  ],
  'long64 REP STOSB, its second byte': [
    '#DB 18:+1a flags=10002 sp=10:9000 on=10:8fd8 dr6=ffff0ff1 dr7=10402 rax=10402 rcx=1 rdi=c002',
    'end flags=10002 sp=10:9000 on=10:8fd8 dr6=ffff0ff1 dr7=10402 rax=10402 rcx=0 rdi=c003',
  ],
}

/** What is right instead of what Bochs gives, for the probes that stop between two iterations. */
export function resumedBetween(probe: Probe): Probe {
  const expect = lines[probe.name]
  return expect ? { ...probe, instead: { expect, because } } : probe
}
