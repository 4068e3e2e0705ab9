import type { Piece } from '../descriptors.ts'
import { address } from '../layout.ts'

/** Where far transfers of the probes lead: a UD2, and nothing but UD2 around it. */
export const landing = address.code + 0x800
export const landingPiece: Piece = {
  at: landing - 0x40,
  bytes: Uint8Array.from({ length: 0x80 }, (_, index) => (index % 2 === 0 ? 0x0f : 0x0b)),
}
