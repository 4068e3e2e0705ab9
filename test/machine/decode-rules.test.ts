import { describe, expect, test } from 'vitest'
import { type Bits, Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { allFeatures, type Feature } from '../../src/machine/cpu/table/features.ts'
import { spell } from './iced.ts'

/** `spelling (length)`, or the verdict, of hexadecimal bytes; six more bytes stand behind them. */
function decode(bits: Bits, text: string, features?: ReadonlySet<Feature>): string {
  const bytes = new Uint8Array([
    ...text.split(' ').map((byte) => Number.parseInt(byte, 16)),
    0,
    0,
    0,
    0,
    0,
    0,
  ])
  const decoder = new Decoder(bits, features)
  const instruction = decoder.decode(bytes, 0, bytes.length)
  if (instruction.verdict !== 'valid') return instruction.verdict
  return `${spell(instruction, bits)} (${instruction.length})`
}

describe('prefixes', () => {
  test.each([
    ['REX.W outranks 66', 64, '66 48 89 c8', 'mov rax rcx (4)'],
    ['a REX that a prefix follows is void', 64, '48 66 89 c8', 'mov ax cx (4)'],
    ['the last REX counts', 64, '48 41 89 c8', 'mov r8d ecx (4)'],
    ['REX is an opcode elsewhere', 32, '48', 'dec eax (1)'],
    ['null segment prefixes leave FS alone', 64, '64 3e 8b 01', 'mov eax [fs:rcx+0] (4)'],
    ['the last segment prefix counts', 32, '64 3e 8b 01', 'mov eax [ds:ecx+0] (4)'],
    ['66 makes near branches of 64-bit code no shorter', 64, '66 e8 00 00 00 00', 'call to 6 (6)'],
    ['66 makes near branches shorter elsewhere', 32, '66 e8 00 00', 'call to 4 (4)'],
    ['F3 behind F2 counts', 64, 'f2 f3 0f 58 c1', 'addss xmm0 xmm1 (5)'],
    ['F2 behind F3 counts', 64, 'f3 f2 0f 58 c1', 'addsd xmm0 xmm1 (5)'],
    ['66 chooses nothing beside F2', 64, '66 f2 0f 58 c1', 'addsd xmm0 xmm1 (5)'],
    ['66 is the operand size beside a mandatory F3', 64, '66 f3 0f b8 c1', 'popcnt ax cx (5)'],
    ['a mandatory 66 is no operand size', 32, '66 0f 3a 16 c1 02', 'pextrd ecx xmm0 2 (6)'],
    ['no mandatory prefix where there must be none', 64, '66 0f 01 d0', 'undefined'],
    ['F3 and REX.B beside 90', 64, 'f3 41 90', 'xchg r8d eax (3)'],
  ] as const)('%s: %i-bit %s', (_rule, bits, bytes, expected) => {
    expect(decode(bits, bytes)).toBe(expected)
  })
})

describe('LOCK', () => {
  test.each([
    ['f0 01 08', 'add [:rax+0] ecx (3)'],
    ['f0 01 c8', 'undefined'],
    ['f0 03 08', 'undefined'],
    ['f0 39 08', 'undefined'],
    ['f0 89 08', 'undefined'],
    ['f0 87 08', 'xchg [:rax+0] ecx (3)'],
    ['f0 87 c8', 'undefined'],
    ['f0 ff 00', 'inc [:rax+0] (3)'],
    ['f0 f7 18', 'neg [:rax+0] (3)'],
    ['f0 f7 20', 'undefined'],
    ['f0 0f a3 08', 'undefined'],
    ['f0 0f ab 08', 'bts [:rax+0] ecx (4)'],
    ['f0 0f ba 28 01', 'bts [:rax+0] 1 (5)'],
    ['f0 0f b1 08', 'cmpxchg [:rax+0] ecx (4)'],
    ['f0 0f c7 08', 'cmpxchg8b [:rax+0] (4)'],
    ['f0 48 0f c7 08', 'cmpxchg16b [:rax+0] (5)'],
    ['f0 0f c1 08', 'xadd [:rax+0] ecx (4)'],
    ['f0 0f 1f 00', 'undefined'],
    ['f0 a4', 'undefined'],
    // AMD's way to CR8.
    ['f0 0f 20 c0', 'undefined'],
  ])('%s', (bytes, expected) => {
    expect(decode(64, bytes)).toBe(expected)
  })
})

describe('registers that there are not', () => {
  test.each([
    [64, '0f 20 c8', 'undefined'],
    [64, '44 0f 20 c0', 'mov rax cr8 (4)'],
    [64, '44 0f 20 c8', 'undefined'],
    [64, '0f 21 e0', 'mov rax dr4 (3)'],
    [64, '44 0f 21 c0', 'undefined'],
    // ModRM.mod is not asked.
    [32, '0f 20 05', 'mov ebp cr0 (3)'],
    [64, '0f 22 9c', 'mov cr3 rsp (3)'],
    [64, '8e c8', 'undefined'],
    [64, '8c c8', 'mov eax cs (2)'],
    [64, '8e f0', 'undefined'],
    [64, '44 8e d8', 'mov ds eax (3)'],
  ] as const)('%i-bit %s', (bits, bytes, expected) => {
    expect(decode(bits, bytes)).toBe(expected)
  })
})

describe('forms that there are not', () => {
  test.each([
    ['LEA of a register', 64, '8d c8', 'undefined'],
    ['LGDT of a register', 64, '0f 01 d3', 'undefined'],
    ['VMCALL', 64, '0f 01 c1', 'undefined'],
    ['BOUND, memory', 32, '62 08', 'bound ecx [:eax+0] (2)'],
    ['BOUND, or EVEX without AVX-512', 32, '62 f1 7c 48', 'undefined'],
    ['LES, or VEX without AVX', 32, 'c4 e2 79', 'undefined'],
    ['VEX in 64-bit code', 64, 'c5 f8 77', 'undefined'],
    ['XOP, or POP with a digit', 64, '8f e8 78', 'undefined'],
    ['UD2', 64, '0f 0b', 'undefined'],
    ['SYSCALL outside of 64-bit code', 32, '0f 05', 'undefined'],
    ['RSM outside of SMM', 64, '0f aa', 'undefined'],
    ['ENDBR64 without CET', 64, 'f3 0f 1e fa', 'nop edx (4)'],
    ['RDSSP without CET', 64, 'f3 48 0f 1e c8', 'nop rax (5)'],
    ['WBNOINVD', 64, 'f3 0f 09', 'wbinvd (3)'],
  ] as const)('%s: %i-bit %s', (_form, bits, bytes, expected) => {
    expect(decode(bits, bytes)).toBe(expected)
  })
})

test('features that the model does not claim give their place to older rows, or to #UD', () => {
  const both = (bytes: string) => [decode(64, bytes), decode(64, bytes, allFeatures)]
  expect(both('f3 0f bc c1')).toEqual(['bsf eax ecx (4)', 'tzcnt eax ecx (4)'])
  expect(both('f3 0f bd c1')).toEqual(['bsr eax ecx (4)', 'lzcnt eax ecx (4)'])
  expect(both('0f 38 f0 00')).toEqual(['undefined', 'movbe eax [:rax+0] (4)'])
  expect(both('66 0f 38 dc c1')).toEqual(['undefined', 'aesenc xmm0 xmm1 (5)'])
  expect(both('f3 0f c7 f8')).toEqual(['undefined', 'rdpid rax (4)'])
})

describe('at most 15 bytes', () => {
  const nops = (count: number) => new Uint8Array(20).fill(0x66, 0, count).fill(0x90, count)

  test('14 prefixes and an opcode are one instruction, 15 are none', () => {
    const decoder = new Decoder(64)
    expect(decoder.decode(nops(14), 0, 20)).toMatchObject({ verdict: 'valid', length: 15 })
    expect(decoder.decode(nops(15), 0, 20).verdict).toBe('tooLong')
  })

  test('what would be #UD is too long first', () => {
    const bytes = new Uint8Array(20).fill(0xf0)
    bytes.set([0x81, 0xc0], 10)
    expect(new Decoder(64).decode(bytes, 0, 20).verdict).toBe('tooLong')
    bytes.set([0x01, 0xc0], 10)
    expect(new Decoder(64).decode(bytes, 0, 20).verdict).toBe('undefined')
  })

  test('before that, a byte that is not there comes first', () => {
    expect(new Decoder(64).decode(nops(15), 0, 14).verdict).toBe('incomplete')
  })
})

test('ENTER has both immediates, far pointers a selector, moffs an address', () => {
  const enter = new Decoder(64).decode(new Uint8Array([0xc8, 0x34, 0x92, 0x1f]), 0, 4)
  expect(enter).toMatchObject({ immediateLow: 0x9234, immediateHigh: 0x1f, length: 4 })
  const far = new Decoder(16).decode(new Uint8Array([0xea, 0x34, 0x92, 0xcd, 0xab]), 0, 5)
  expect(far).toMatchObject({ immediateLow: 0x9234, selector: 0xabcd, length: 5 })
  const moffs = new Decoder(64).decode(new Uint8Array([0xa1, 1, 2, 3, 4, 5, 6, 7, 0x88]), 0, 9)
  expect(moffs).toMatchObject({ immediateLow: 0x04030201, immediateHigh: 0x88070605 | 0, length: 9 })
})
