import { KernelTestError } from '../../support/errors.ts'
import { hex } from '../../support/hex.ts'
import type { AddressSpaceKind } from '../engine.ts'
import type { Monitor } from './monitor.ts'
import { type PhysicalRegion, parseFlatViews, videoWindow } from './physical-regions.ts'
import type { QtestClient } from './qtest-client.ts'
import { readRegisters } from './registers.ts'
import { videoMemoryIsPlain } from './vga-registers.ts'

/** A stretch of physical memory. */
interface Piece {
  readonly physical: bigint
  readonly length: number
}

/** The memory of a machine that stands still. */
export class GuestMemory {
  readonly #monitor: Monitor
  readonly #qtest: QtestClient

  constructor(monitor: Monitor, qtest: QtestClient) {
    this.#monitor = monitor
    this.#qtest = qtest
  }

  /**
   * Linear addresses are as CPU 0 sees them.
   * @throws KernelTestError KT3011 when part of the range is not mapped, not there, or a device's.
   */
  async read(space: AddressSpaceKind, address: bigint, length: number): Promise<Uint8Array> {
    if (space === 'linear') return this.readLinear(address, length, 0)
    return this.#readPieces([{ physical: address, length }], length)
  }

  /** As `read`, of linear addresses as `cpu` sees them. */
  async readLinear(address: bigint, length: number, cpu: number): Promise<Uint8Array> {
    return this.#readPieces(await this.#translate(address, length, cpu), length)
  }

  /** Null where `readLinear` has nothing to read. */
  async readIfThere(address: bigint, length: number, cpu: number): Promise<Uint8Array | null> {
    try {
      return await this.readLinear(address, length, cpu)
    } catch (error) {
      if (error instanceof KernelTestError) return null
      throw error
    }
  }

  /** @throws KernelTestError KT3011 as `read`, and for read-only memory. Nothing is written then. */
  async write(space: AddressSpaceKind, address: bigint, bytes: Uint8Array): Promise<void> {
    const length = bytes.length
    const pieces =
      space === 'linear' ? await this.#translate(address, length, 0) : [{ physical: address, length }]
    await this.#checkAll(pieces, 'write')
    let offset = 0
    for (const piece of pieces) {
      await this.#qtest.writePhysical(piece.physical, bytes.subarray(offset, offset + piece.length))
      offset += piece.length
    }
  }

  async #readPieces(pieces: readonly Piece[], length: number): Promise<Uint8Array> {
    await this.#checkAll(pieces, 'read')
    const bytes = new Uint8Array(length)
    let offset = 0
    for (const piece of pieces) {
      bytes.set(await this.#qtest.readPhysical(piece.physical, piece.length), offset)
      offset += piece.length
    }
    return bytes
  }

  async #checkAll(pieces: readonly Piece[], access: 'read' | 'write'): Promise<void> {
    const regions = parseFlatViews(await this.#monitor.human('info mtree -f'))
    for (const piece of pieces) await this.#check(piece, regions, access)
  }

  /** The physical pieces behind a linear range, adjoining ones joined. */
  async #translate(address: bigint, length: number, cpu: number): Promise<readonly Piece[]> {
    if (length > 0) await this.#checkLinear(address, length, cpu)
    const pieces: Piece[] = []
    for (let done = 0; done < length; ) {
      const linear = address + BigInt(done)
      const inPage = Math.min(length - done, pageSize - Number(linear % BigInt(pageSize)))
      const physical = await this.#physicalOf(linear, cpu)
      const before = pieces.at(-1)
      if (before && before.physical + BigInt(before.length) === physical)
        pieces[pieces.length - 1] = { ...before, length: before.length + inPage }
      else pieces.push({ physical, length: inPage })
      done += inPage
    }
    return pieces
  }

  /** QEMU walks the tables as the CPU would in its present mode, with 2 MiB pages in 4 KiB steps. */
  async #physicalOf(linear: bigint, cpu: number): Promise<bigint> {
    const line = { 'command-line': `gva2gpa ${hex(linear)}`, 'cpu-index': cpu }
    const answer = await this.#monitor.execute('human-monitor-command', line)
    // QEMU writes 0 without its 0x.
    const digits = /^gpa: (?:0x)?([0-9a-f]+)/.exec(String(answer))?.[1]
    if (digits !== undefined) return BigInt(`0x${digits}`)
    throw new KernelTestError(
      'KT3011',
      `nothing is mapped at linear address ${hex(linear)}`,
      "Look at the guest's page tables at this point (`vm.pageTables`), or read a physical address.",
    )
  }

  /** QEMU cuts addresses short that the CPU could not have. */
  async #checkLinear(address: bigint, length: number, cpu: number): Promise<void> {
    const last = address + BigInt(length) - 1n
    const efer = (await readRegisters(this.#monitor))[cpu]?.efer ?? 0n
    const longMode = (efer & longModeActive) !== 0n
    const end = longMode ? 1n << 64n : 1n << 32n
    if (address >= 0n && last < end) return
    const first = address >= 0n && address < end ? end : address
    throw new KernelTestError(
      'KT3011',
      `linear address ${hex(first)} does not exist ${longMode ? 'in 64 bits' : 'outside of long mode'}`,
      'Check the address; before the guest enters long mode, linear addresses have 32 bits.',
    )
  }

  async #check(piece: Piece, regions: readonly PhysicalRegion[], access: 'read' | 'write'): Promise<void> {
    const last = piece.physical + BigInt(piece.length) - 1n
    for (let at = piece.physical; at <= last; ) {
      const region = regions.find(({ start, last }) => start <= at && at <= last)
      if (region === undefined) throw noMemory(at)
      if (region.kind === 'rom' && access === 'write') throw readOnly(at, region)
      if (region.kind === 'device') await this.#checkDevice(at, region)
      at = region.last + 1n
    }
  }

  async #checkDevice(at: bigint, region: PhysicalRegion): Promise<void> {
    if (region.name === videoWindow && (await videoMemoryIsPlain(this.#qtest))) return
    throw new KernelTestError(
      'KT3011',
      `physical address ${hex(at)} is no memory but the device ${region.name}, whose state an access can change`,
      region.name === videoWindow
        ? 'In this graphics mode the video memory can only be seen as a screen (`vm.screen`).'
        : 'Devices cannot be read or written this way; let the guest do it.',
    )
  }
}

const pageSize = 4096

/** EFER.LMA (SDM vol. 3 §2.2.1). */
const longModeActive = 1n << 10n

function noMemory(at: bigint): KernelTestError {
  return new KernelTestError(
    'KT3011',
    `there is no memory at physical address ${hex(at)}`,
    'Give the machine more memory (`memory`), or check the address.',
  )
}

function readOnly(at: bigint, region: PhysicalRegion): KernelTestError {
  return new KernelTestError(
    'KT3011',
    `the memory at physical address ${hex(at)} is read-only (${region.name})`,
    'Firmware and the memory that it locked cannot be written.',
  )
}
