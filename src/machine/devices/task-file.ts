/** Status register bits (ATA/ATAPI-6, section 7.15). */
export const ataStatus = {
  error: 0x01,
  dataRequest: 0x08,
  seekComplete: 0x10,
  fault: 0x20,
  ready: 0x40,
  busy: 0x80,
} as const

/** Error register bits (section 7.9). */
export const ataError = { aborted: 0x04, notFound: 0x10, uncorrectable: 0x40 } as const

/** Bits of the device register. */
export const deviceBits = { head: 0x0f, second: 0x10, lba: 0x40, obsolete: 0xa0 } as const

/**
 * The registers through which a drive is commanded. Each of the four that make an address holds two bytes:
 * the one written last, and above it the one before, for commands with 48-bit addresses. Plain data: it is
 * what is saved.
 */
export interface TaskFile {
  readonly features: number
  readonly count: number
  readonly lbaLow: number
  readonly lbaMid: number
  readonly lbaHigh: number
  readonly device: number
  readonly status: number
  readonly error: number
}

/** Names of the registers behind the data register, by offset. */
export const taskRegisters = ['features', 'count', 'lbaLow', 'lbaMid', 'lbaHigh'] as const

/** With a byte written to one of {@link taskRegisters}: the one before it stays above. */
export function withByte(file: TaskFile, name: (typeof taskRegisters)[number], value: number): TaskFile {
  return { ...file, [name]: ((file[name] & 0xff) << 8) | value }
}

/** The drive's signature after a reset, by which a host tells disks from packet devices (section 9.12). */
export function withSignature(file: TaskFile, isPacket: boolean): TaskFile {
  const [lbaMid, lbaHigh] = isPacket ? [0x14, 0xeb] : [0, 0]
  return { ...file, count: 1, lbaLow: 1, lbaMid, lbaHigh, device: file.device & deviceBits.second }
}

/** The sector number of a 28-bit or 48-bit command. */
export function logicalAddress({ lbaLow, lbaMid, lbaHigh, device }: TaskFile, isExtended: boolean): number {
  const low = (lbaLow & 0xff) + (lbaMid & 0xff) * 2 ** 8 + (lbaHigh & 0xff) * 2 ** 16
  if (!isExtended) return low + (device & deviceBits.head) * 2 ** 24
  return low + (lbaLow >> 8) * 2 ** 24 + (lbaMid >> 8) * 2 ** 32 + (lbaHigh >> 8) * 2 ** 40
}

/** The opposite of {@link logicalAddress}. */
export function withLogicalAddress(file: TaskFile, sector: number, isExtended: boolean): TaskFile {
  const byte = (index: number) => Math.floor(sector / 2 ** (8 * index)) & 0xff
  const pair = (low: number, high: number) => byte(low) | (isExtended ? byte(high) << 8 : 0)
  const device = isExtended ? file.device : (file.device & ~deviceBits.head) | (byte(3) & deviceBits.head)
  return { ...file, lbaLow: pair(0, 3), lbaMid: pair(1, 4), lbaHigh: pair(2, 5), device }
}
