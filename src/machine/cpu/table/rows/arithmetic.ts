import { arithmeticFlags, logicFlags } from '../flags.ts'
import type { RowText } from '../row.ts'

const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, '0')

/** The eight operations that fill 00 to 3D, and 80 to 83. */
const twoOperands: readonly RowText[] = ['ADD', 'OR', 'ADC', 'SBB', 'AND', 'SUB', 'XOR', 'CMP'].flatMap(
  (name, index): RowText[] => {
    const flags = ['OR', 'AND', 'XOR'].includes(name) ? logicFlags : arithmeticFlags
    const facts = { ...flags, ...(['ADC', 'SBB'].includes(name) && { reads: 'c' }) }
    const lockable = { ...facts, lock: name !== 'CMP' }
    const at = (offset: number) => hex(index * 8 + offset)
    return [
      [`${at(0)} /r`, `${name} Eb,Gb`, lockable],
      [`${at(1)} /r`, `${name} Ev,Gv`, lockable],
      [`${at(2)} /r`, `${name} Gb,Eb`, facts],
      [`${at(3)} /r`, `${name} Gv,Ev`, facts],
      [at(4), `${name} AL,Ib`, facts],
      [at(5), `${name} rAX,Iz`, facts],
      [`80 /${index}`, `${name} Eb,Ib`, lockable],
      [`81 /${index}`, `${name} Ev,Iz`, lockable],
      [`82 /${index}`, `${name} Eb,Ib`, { ...lockable, only: 'legacy' }],
      [`83 /${index}`, `${name} Ev,Is`, lockable],
    ]
  },
)

const lock = { lock: true }
const incFlags = { writes: 'oszap' }
const multiplyFlags = { writes: 'oc', undefined: 'szap' }
const divideFlags = { undefined: 'oszapc', faults: ['#DE'] }

const others: readonly RowText[] = [
  ['FE /0', 'INC Eb', { ...incFlags, ...lock }],
  ['FE /1', 'DEC Eb', { ...incFlags, ...lock }],
  ['FF /0', 'INC Ev', { ...incFlags, ...lock }],
  ['FF /1', 'DEC Ev', { ...incFlags, ...lock }],
  ['40+r', 'INC Zv', { ...incFlags, only: 'legacy' }],
  ['48+r', 'DEC Zv', { ...incFlags, only: 'legacy' }],
  ['F6 /2', 'NOT Eb', lock],
  ['F7 /2', 'NOT Ev', lock],
  ['F6 /3', 'NEG Eb', { ...arithmeticFlags, ...lock }],
  ['F7 /3', 'NEG Ev', { ...arithmeticFlags, ...lock }],
  ['F6 /4', 'MUL Eb', multiplyFlags],
  ['F7 /4', 'MUL Ev', multiplyFlags],
  ['F6 /5', 'IMUL Eb', multiplyFlags],
  ['F7 /5', 'IMUL Ev', multiplyFlags],
  ['F6 /6', 'DIV Eb', divideFlags],
  ['F7 /6', 'DIV Ev', divideFlags],
  ['F6 /7', 'IDIV Eb', divideFlags],
  ['F7 /7', 'IDIV Ev', divideFlags],
  ['0F AF /r', 'IMUL Gv,Ev', multiplyFlags],
  ['69 /r', 'IMUL Gv,Ev,Iz', multiplyFlags],
  ['6B /r', 'IMUL Gv,Ev,Is', multiplyFlags],
  ['0F C8+r', 'BSWAP Zv'],
]

/** Decimal digits, which 64-bit mode has given up. */
const decimal: readonly RowText[] = [
  ['27', 'DAA', { only: 'legacy', reads: 'ac', writes: 'oszapc', undefined: 'o' }],
  ['2F', 'DAS', { only: 'legacy', reads: 'ac', writes: 'oszapc', undefined: 'o' }],
  ['37', 'AAA', { only: 'legacy', reads: 'a', writes: 'oszapc', undefined: 'oszp' }],
  ['3F', 'AAS', { only: 'legacy', reads: 'a', writes: 'oszapc', undefined: 'oszp' }],
  ['D4', 'AAM Ib', { only: 'legacy', writes: 'oszapc', undefined: 'oac', faults: ['#DE'] }],
  ['D5', 'AAD Ib', { only: 'legacy', writes: 'oszapc', undefined: 'oac' }],
]

const carryFlags = { reads: 'c', writes: 'c' }
const overflowFlags = { reads: 'o', writes: 'o' }

const exchanges: readonly RowText[] = [
  ['0F B0 /r', 'CMPXCHG Eb,Gb', { ...arithmeticFlags, ...lock }],
  ['0F B1 /r', 'CMPXCHG Ev,Gv', { ...arithmeticFlags, ...lock }],
  ['0F C0 /r', 'XADD Eb,Gb', { ...arithmeticFlags, ...lock }],
  ['0F C1 /r', 'XADD Ev,Gv', { ...arithmeticFlags, ...lock }],
  // CMPXCHG16B with REX.W, which alone wants alignment.
  ['0F C7 /1', 'CMPXCHG8B My2', { form: 'memory', writes: 'z', ...lock }],
  ['F2 0F 38 F0 /r', 'CRC32 Gy,Eb', { cpuid: 'sse4.2' }],
  ['F2 0F 38 F1 /r', 'CRC32 Gy,Ev', { cpuid: 'sse4.2' }],
  ['66 0F 38 F6 /r', 'ADCX Gy,Ey', { cpuid: 'adx', ...carryFlags }],
  ['F3 0F 38 F6 /r', 'ADOX Gy,Ey', { cpuid: 'adx', ...overflowFlags }],
]

export const arithmetic: readonly RowText[] = [...twoOperands, ...others, ...decimal, ...exchanges]
