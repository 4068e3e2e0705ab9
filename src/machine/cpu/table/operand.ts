/**
 * Operands as the opcode map of the Intel SDM (volume 2, appendix A.2) writes them: where they are, then how
 * large. Where: E ModRM.rm, G ModRM.reg, Z low bits of the opcode, R ModRM.rm as a register, M memory only,
 * I immediate, J relative, O offset, A far pointer, X and Y string source and destination, C control, D debug
 * and S segment register in ModRM.reg, or for `So` in bits 5 to 3 of the opcode. For vectors: V and P are the
 * XMM and MMX register in ModRM.reg, W and Q the one in ModRM.rm or memory, U and N the register in ModRM.rm.
 * How large: b, w, d, q, x bytes as in the manual (1, 2, 4, 8, 16); v operand size; z at most 4; y 4 or 8;
 * s (Is) a sign-extended byte, (Ms) a descriptor table's limit and base; p a far pointer; My2 twice y.
 */
export type OperandKind =
  | ('Eb' | 'Ew' | 'Ed' | 'Ey' | 'Ez' | 'Ev' | 'Gb' | 'Gw' | 'Gd' | 'Gy' | 'Gv' | 'Zb' | 'Zv')
  | ('Ib' | 'Is' | 'Iw' | 'Iz' | 'Iv' | 'Jb' | 'Jz' | 'Ob' | 'Ov' | 'Ap' | '1')
  | (
      | 'M'
      | 'Mb'
      | 'Mw'
      | 'Md'
      | 'Mq'
      | 'Mx'
      | 'Mv'
      | 'Ms'
      | 'Mp'
      | 'Ma'
      | 'My'
      | 'My2'
      | 'Mt'
      | 'Menv'
      | 'Marea'
    )
  | ('Ry' | 'Rv' | 'Cy' | 'Dy' | 'Sw' | 'So' | 'Xb' | 'Xz' | 'Xv' | 'Yb' | 'Yz' | 'Yv')
  | ('AL' | 'rAX' | 'AX' | 'eAX' | 'DX' | 'CL')
  | ('ST0' | 'STi' | 'Pq' | 'Qd' | 'Qq' | 'Nq' | 'Vx' | 'Wb' | 'Ww' | 'Wd' | 'Wq' | 'Wx' | 'Ux')

/** Bytes of an operand whose second letter is this; the others depend on the operand size. */
const fixedSizes: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4, q: 8, x: 16, t: 10 }

/** How many bytes an operand has in an instruction of this operand size. */
export function operandSize(kind: OperandKind, operandBytes: number): number {
  switch (kind) {
    case 'AL':
    case 'CL':
    case '1':
      return 1
    case 'AX':
    case 'DX':
    case 'So':
      return 2
    case 'rAX':
      return operandBytes
    case 'eAX':
      return Math.min(operandBytes, 4)
    case 'My2':
      return operandBytes === 8 ? 16 : 8
    case 'ST0':
    case 'STi':
      return 10
    default:
  }
  const size = kind[1] ?? ''
  if (size === 'z') return Math.min(operandBytes, 4)
  if (size === 'y') return Math.max(operandBytes, 4)
  return fixedSizes[size] ?? operandBytes
}
