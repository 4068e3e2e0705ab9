import { arithmeticFlags, ports } from '../flags.ts'
import type { RowText } from '../row.ts'

export const strings: readonly RowText[] = [
  ['A4', 'MOVS Yb,Xb', { repeat: 'count', reads: 'd' }],
  ['A5', 'MOVS Yv,Xv', { repeat: 'count', reads: 'd' }],
  ['A6', 'CMPS Xb,Yb', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
  ['A7', 'CMPS Xv,Yv', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
  ['AA', 'STOS Yb,AL', { repeat: 'count', reads: 'd' }],
  ['AB', 'STOS Yv,rAX', { repeat: 'count', reads: 'd' }],
  ['AC', 'LODS AL,Xb', { repeat: 'count', reads: 'd' }],
  ['AD', 'LODS rAX,Xv', { repeat: 'count', reads: 'd' }],
  ['AE', 'SCAS AL,Yb', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
  ['AF', 'SCAS rAX,Yv', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
  ['6C', 'INS Yb,DX', { repeat: 'count', reads: 'd', ...ports }],
  ['6D', 'INS Yz,DX', { repeat: 'count', reads: 'd', ...ports }],
  ['6E', 'OUTS DX,Xb', { repeat: 'count', reads: 'd', ...ports }],
  ['6F', 'OUTS DX,Xz', { repeat: 'count', reads: 'd', ...ports }],
]
