import type { RowText } from '../row.ts'

const testFlags = { writes: 'c', undefined: 'osap' }
const scanFlags = { writes: 'z', undefined: 'osapc' }
const countFlags = { writes: 'zc', undefined: 'osap' }

/** The bit is in a register or an immediate; with a register, memory is a string of bits. */
const tests = ['BT', 'BTS', 'BTR', 'BTC'].flatMap((name, index): RowText[] => {
  const facts = { ...testFlags, lock: name !== 'BT' }
  const opcode = (0xa3 + 8 * index).toString(16).toUpperCase()
  return [
    [`0F ${opcode} /r`, `${name} Ev,Gv`, facts],
    [`0F BA /${4 + index}`, `${name} Ev,Ib`, facts],
  ]
})

export const bits: readonly RowText[] = [
  ...tests,
  // Models that do not claim these run the rows behind them, whatever the prefix.
  ['F3 0F BC /r', 'TZCNT Gv,Ev', { cpuid: 'bmi1', ...countFlags }],
  ['F3 0F BD /r', 'LZCNT Gv,Ev', { cpuid: 'lzcnt', ...countFlags }],
  ['0F BC /r', 'BSF Gv,Ev', scanFlags],
  ['0F BD /r', 'BSR Gv,Ev', scanFlags],
  ['F3 0F B8 /r', 'POPCNT Gv,Ev', { cpuid: 'popcnt', writes: 'oszapc' }],
]
