import { logicFlags } from '../flags.ts'
import type { RowText } from '../row.ts'

const lock = { lock: true }

export const moves: readonly RowText[] = [
  ['88 /r', 'MOV Eb,Gb'],
  ['89 /r', 'MOV Ev,Gv'],
  ['8A /r', 'MOV Gb,Eb'],
  ['8B /r', 'MOV Gv,Ev'],
  ['C6 /0', 'MOV Eb,Ib'],
  ['C7 /0', 'MOV Ev,Iz'],
  ['B0+r', 'MOV Zb,Ib'],
  ['B8+r', 'MOV Zv,Iv'],
  ['A0', 'MOV AL,Ob'],
  ['A1', 'MOV rAX,Ov'],
  ['A2', 'MOV Ob,AL'],
  ['A3', 'MOV Ov,rAX'],
  ['0F B6 /r', 'MOVZX Gv,Eb'],
  ['0F B7 /r', 'MOVZX Gv,Ew'],
  ['0F BE /r', 'MOVSX Gv,Eb'],
  ['0F BF /r', 'MOVSX Gv,Ew'],
  ['63 /r', 'MOVSXD Gv,Ez', { only: 'long' }],
  ['8D /r', 'LEA Gv,M', { form: 'memory' }],
  ['86 /r', 'XCHG Eb,Gb', lock],
  ['87 /r', 'XCHG Ev,Gv', lock],
  ['F3 90', 'PAUSE', { noRexB: true }],
  ['90', 'NOP', { noRexB: true }],
  ['90+r', 'XCHG Zv,rAX'],
  ['0F 1F /0', 'NOP Ev'],
  ['98', 'CBW rAX'],
  ['99', 'CWD rAX'],
  ['84 /r', 'TEST Eb,Gb', logicFlags],
  ['85 /r', 'TEST Ev,Gv', logicFlags],
  ['A8', 'TEST AL,Ib', logicFlags],
  ['A9', 'TEST rAX,Iz', logicFlags],
  ...[0, 1].flatMap((digit): RowText[] => [
    [`F6 /${digit}`, 'TEST Eb,Ib', logicFlags],
    [`F7 /${digit}`, 'TEST Ev,Iz', logicFlags],
  ]),
  ['0F 40+cc /r', 'CMOVcc Gv,Ev', { reads: 'oszpc' }],
  ['0F 90+cc /r', 'SETcc Eb', { reads: 'oszpc' }],
]
