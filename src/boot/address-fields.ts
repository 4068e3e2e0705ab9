import type { ByteSource } from '../image/byte-source.ts'
import type { Multiboot1Header } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'
import type { MemoryLayout } from './memory-layout.ts'

/** Where a multiboot header itself says that the file goes: all physical addresses. */
export type AddressFields = Omit<NonNullable<Multiboot1Header['load']>, 'entry'>

/**
 * Loads the file as the header's address fields say instead of by its ELF segments
 * (Multiboot 0.6.96 §3.1.3; Multiboot2 2.0 §3.1.5). Throws KT2003, KT2005 or KT2012.
 */
export function loadByAddressFields(
  layout: MemoryLayout,
  source: ByteSource,
  headerOffset: number,
  fields: AddressFields,
): void {
  const { header, loadStart, loadEnd, bssEnd } = fields
  if (loadStart > header)
    throw contradiction(`load_addr ${hex(loadStart)} is above header_addr ${hex(header)}`)
  const fileStart = headerOffset - (header - loadStart)
  if (fileStart < 0) {
    throw contradiction(
      `load_addr ${hex(loadStart)} is ${hex(header - loadStart)} below header_addr, more than the file has there`,
    )
  }
  const length = loadEnd === 0 ? source.size - fileStart : loadEnd - loadStart
  if (length < 0) throw contradiction(`load_end_addr ${hex(loadEnd)} is below load_addr ${hex(loadStart)}`)
  if (fileStart + length > source.size) {
    throw contradiction(`load_end_addr ${hex(loadEnd)} asks for ${hex(length)} bytes, more than the file has`)
  }
  const end = bssEnd === 0 ? loadStart + length : bssEnd
  if (end < loadStart + length) {
    throw contradiction(
      `bss_end_addr ${hex(bssEnd)} is below the end of the load, ${hex(loadStart + length)}`,
    )
  }
  const size = end - loadStart
  layout.take('kernel', BigInt(loadStart), BigInt(size))
  layout.write('kernel', BigInt(loadStart), source.read(fileStart, length), size)
}

function contradiction(reason: string): KernelTestError {
  return new KernelTestError(
    'KT2012',
    `the multiboot header's address fields contradict each other: ${reason}`,
    'In an ELF file they are not needed: clear bit 16 of the flags (multiboot2: drop the address tag).',
  )
}
