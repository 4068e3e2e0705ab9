import { type Bits, Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import type { Instruction } from '../../src/machine/cpu/decode/instruction.ts'
import type { Feature } from '../../src/machine/cpu/table/features.ts'
import { operandSize } from '../../src/machine/cpu/table/operand.ts'
import type { Row } from '../../src/machine/cpu/table/row.ts'
import { type Address, addressOf } from './addressing.ts'
import type { Form } from './forms.ts'
import { baseOf, dataAt, segment16, takenOffset } from './layout.ts'
import { isPackedShift } from './packed-integers.ts'
import type { Random } from './random.ts'

export interface Encoded {
  readonly code: Uint8Array
  /** Valid until the next one is encoded. */
  readonly instruction: Instruction
  readonly address: Address | null
}

/** Also those that our model does not claim: the recording host has them. */
export const features: ReadonlySet<Feature> = new Set<Feature>([
  ...(['popcnt', 'clflushopt', 'clwb', 'lzcnt', 'bmi1', 'movbe', 'adx'] as const),
  ...(['sse3', 'ssse3', 'sse4.1', 'sse4.2', 'aes', 'pclmulqdq', 'sha-ni'] as const),
])

const decoders: Readonly<Record<Bits, Decoder>> = {
  16: new Decoder(16, features),
  32: new Decoder(32, features),
  64: new Decoder(64, features),
}

const usesAddressSize = new Set(['LOOP', 'LOOPE', 'LOOPNE', 'JCXZ', 'XLAT'])
const mandatory = { 66: 0x66, f2: 0xf2, f3: 0xf3 } as const

const maxTries = 10_000

/** An instruction of the row that decodes as it, with everything but register values chosen. */
export function encode(row: Row, form: Form, random: Random, lock: boolean): Encoded {
  for (let tries = 0; tries < maxTries; tries++) {
    const encoded = tryToEncode(row, form, random, lock)
    if (encoded) return encoded
  }
  throw new Error(`nothing decodes as ${row.encoding} ${row.mnemonic}: does the host have its feature?`)
}

function tryToEncode(row: Row, form: Form, random: Random, lock: boolean): Encoded | null {
  const address = form.isMemory ? addressOf({ form, random, ...wishes(row, form, random) }) : null
  const code = prefixesOf(row, form, random, lock, address)
  const extension = row.extension ?? random.below(8)
  const rex = rexOf(row, form, random, address)
  if (rex !== null) code.push(rex)
  if (row.map !== 'one') code.push(0x0f)
  if (row.map === '0f38') code.push(0x38)
  if (row.map === '0f3a') code.push(0x3a)
  code.push(row.opcode + random.below(row.span))
  const modrmAt = code.length
  if (address) code.push((address.bytes[0] ?? 0) | (extension << 3), ...address.bytes.slice(1))
  else if (row.modrm) code.push(0xc0 | (extension << 3) | (row.rm ?? random.below(8)))
  const opcodeEnd = code.length
  const whole = new Uint8Array([...code, ...random.bytes(8)])
  const decoder = decoders[form.bits]
  if (row.operands[0]?.[0] === 'J') whole.fill(0, opcodeEnd)
  const instruction = decoder.decode(whole, 0, whole.length)
  if (instruction.row !== row || !['valid', 'undefined'].includes(instruction.verdict)) return null
  if ((instruction.verdict === 'undefined') !== (lock || row.facts.alwaysUndefined === true) && !lock)
    return null
  patch(row, form, random, whole, { instruction, address, modrmAt, opcodeEnd })
  return { code: whole.slice(0, instruction.length), instruction, address }
}

function wishes(row: Row, { bytes }: Form, random: Random) {
  const isAligned = row.operands[0] === 'My2' || row.facts.aligned
  const aligned = isAligned && !random.oneIn(6) ? 16 : 1
  // Some lie across two pages.
  const distance = Math.floor((random.below(40) - 8) / aligned) * aligned
  const kind = row.operands.find((one) => 'EMQW'.includes(one[0] ?? ''))
  const reaches = kind && kind !== 'M' && kind !== 'Ma' && !row.mnemonic.startsWith('BT')
  return { distance, beyond: reaches && random.oneIn(10) ? operandSize(kind, bytes) : 0 }
}

function prefixesOf(row: Row, form: Form, random: Random, lock: boolean, address: Address | null): number[] {
  const { bits, bytes } = form
  const code: number[] = lock ? [0xf0] : []
  const normal = bits === 16 ? 2 : row.facts.in64 && bits === 64 ? 8 : 4
  if (bytes === 2 ? normal !== 2 : normal === 2) code.push(0x66)
  if (address) code.push(...address.prefixes)
  const isString = row.operands.some((kind) => kind[0] === 'X' || kind[0] === 'Y')
  const hasOffset = row.operands.some((kind) => kind[0] === 'O')
  const short = usesAddressSize.has(row.mnemonic) || isString || hasOffset
  // Pointers of 16 bits lead nowhere in a process's flat memory.
  const canShorten = bits !== 32 || ['LOOP', 'LOOPE', 'LOOPNE', 'JCXZ'].includes(row.mnemonic)
  if (short && canShorten && random.oneIn(3)) code.push(0x67)
  if (row.facts.repeat && random.oneIn(2)) code.push(0xf2 + random.below(2))
  const { prefix } = row.facts
  if (prefix && prefix in mandatory) code.push(mandatory[prefix as keyof typeof mandatory])
  return code
}

function rexOf(row: Row, form: Form, random: Random, address: Address | null): number | null {
  if (form.bits !== 64) return null
  const wide = form.bytes === 8 && !row.facts.in64 ? 8 : 0
  const extended = address ? address.rex | (random.below(2) << 2) : random.below(8) & (row.modrm ? 5 : 1)
  const needed = wide | (address || random.oneIn(2) ? extended : 0)
  const noRexB = row.facts.noRexB ? needed & ~1 : needed
  return noRexB || random.oneIn(4) ? 0x40 | noRexB : null
}

interface Patched {
  readonly instruction: Instruction
  readonly address: Address | null
  readonly modrmAt: number
  readonly opcodeEnd: number
}

/** What depends on the instruction's length or stands where an immediate does. */
function patch(row: Row, form: Form, random: Random, whole: Uint8Array, patched: Patched): void {
  const { instruction, address, modrmAt, opcodeEnd } = patched
  const view = new DataView(whole.buffer)
  const { length } = instruction
  if (address?.relativeAt) {
    const at = modrmAt + address.relativeAt
    view.setInt32(at, view.getInt32(at, true) - length, true)
  }
  const kind = row.operands[0]
  if (kind === 'Jb') whole[opcodeEnd] = takenOffset - length
  if (kind === 'Jz') {
    const beyond = form.bits === 16 && random.oneIn(12) ? segment16.codeLimit : 0
    const distance = takenOffset + beyond - length
    if (length - opcodeEnd === 2) view.setInt16(opcodeEnd, distance, true)
    else view.setInt32(opcodeEnd, distance, true)
  }
  if (row.operands.some((one) => one[0] === 'O')) {
    const offset = BigInt(dataAt + random.below(32) - baseOf(form, 'data'))
    const bytes = new Uint8Array(new BigUint64Array([offset]).buffer)
    whole.set(bytes.subarray(0, length - opcodeEnd), opcodeEnd)
  }
  if (row.mnemonic === 'ENTER') {
    view.setUint16(opcodeEnd, random.below(0x40), true)
    if (!random.oneIn(4)) whole[opcodeEnd + 2] = random.below(5)
  }
  if (isPackedShift(row.mnemonic) && row.operands[1] === 'Ib' && !random.oneIn(4)) {
    whole[opcodeEnd] = random.below(random.pick([8, 20, 36, 72]))
  }
  if (row.mnemonic === 'AAM' && random.oneIn(3)) whole[opcodeEnd] = 0
}
