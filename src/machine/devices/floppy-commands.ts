/** What the controller is told to do. */
export type FloppyCommandName =
  | 'read'
  | 'write'
  | 'readId'
  | 'format'
  | 'recalibrate'
  | 'seek'
  | 'relativeSeek'
  | 'senseInterrupt'
  | 'senseDrive'
  | 'specify'
  | 'configure'
  | 'lock'
  | 'perpendicular'
  | 'version'
  | 'dump'

interface FloppyCommand {
  readonly name: FloppyCommandName
  /** Bits of the first byte that make it this command; the others say how. */
  readonly mask: number
  readonly code: number
  /** Bytes that follow. */
  readonly parameters: number
}

const command = (name: FloppyCommandName, mask: number, code: number, parameters: number): FloppyCommand => ({
  name,
  mask,
  code,
  parameters,
})

/** Intel 82077AA, table 5-1. */
const commands: readonly FloppyCommand[] = [
  command('read', 0x1f, 0x06, 8),
  command('write', 0x3f, 0x05, 8),
  command('readId', 0xbf, 0x0a, 1),
  command('format', 0xbf, 0x0d, 5),
  command('recalibrate', 0xff, 0x07, 1),
  command('seek', 0xff, 0x0f, 2),
  command('relativeSeek', 0xbf, 0x8f, 2),
  command('senseInterrupt', 0xff, 0x08, 0),
  command('senseDrive', 0xff, 0x04, 1),
  command('specify', 0xff, 0x03, 2),
  command('configure', 0xff, 0x13, 3),
  command('lock', 0x7f, 0x14, 0),
  command('perpendicular', 0xff, 0x12, 1),
  command('version', 0xff, 0x10, 0),
  command('dump', 0xff, 0x0e, 0),
]

/** Bits of first bytes. */
export const commandBit = { multiTrack: 0x80, mfm: 0x40, inwards: 0x40, lock: 0x80 } as const

/** What a command that begins with this byte is; null: none. */
export function commandOf(first: number): FloppyCommand | null {
  return commands.find(({ mask, code }) => (first & mask) === code) ?? null
}
