import type { Machine } from '../../machine/machine.ts'
import { type PageWalkEnd, translate } from '../../observe/page-walk.ts'
import type { PagingRegisters } from '../../observe/paging.ts'
import { KernelTestError } from '../../support/errors.ts'
import { hex } from '../../support/hex.ts'
import type { AddressSpaceKind } from '../engine.ts'
import { readPaging } from './registers.ts'

/** A stretch of physical memory. */
interface Piece {
  readonly physical: bigint
  readonly length: number
}

const pageBytes = 4096

/**
 * Memory as the CPU would reach it, without the CPU: nothing is remembered of it, no accessed bit is set.
 * @throws KernelTestError KT3011 when part of the range is not there.
 */
export function readMemory(
  machine: Machine,
  space: AddressSpaceKind,
  address: bigint,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const piece of piecesOf(machine, space, address, length)) {
    bytes.set(machine.memory.peek(piece.physical, piece.length) ?? new Uint8Array(), offset)
    offset += piece.length
  }
  return bytes
}

/** @throws KernelTestError KT3011 as {@link readMemory}; nothing is written then. */
export function writeMemory(
  machine: Machine,
  space: AddressSpaceKind,
  address: bigint,
  bytes: Uint8Array,
): void {
  let offset = 0
  for (const piece of piecesOf(machine, space, address, bytes.length)) {
    machine.memory.poke(piece.physical, bytes.subarray(offset, offset + piece.length))
    offset += piece.length
  }
}

/** Where a linear address leads; null where it leads nowhere. */
export function physicalOf(machine: Machine, linear: bigint, registers: PagingRegisters): bigint | null {
  return walk(machine, linear, registers).mapping?.physical ?? null
}

function piecesOf(
  machine: Machine,
  space: AddressSpaceKind,
  address: bigint,
  length: number,
): readonly Piece[] {
  const pieces =
    space === 'physical' ? [{ physical: address, length }] : linearPieces(machine, address, length)
  for (const piece of pieces) checkThere(machine, piece)
  return pieces
}

function linearPieces(machine: Machine, address: bigint, length: number): readonly Piece[] {
  const registers = readPaging(machine)
  const pieces: Piece[] = []
  for (let done = 0; done < length; ) {
    const linear = address + BigInt(done)
    const inPage = Math.min(length - done, pageBytes - Number(BigInt.asUintN(12, linear)))
    const { mapping, end } = walk(machine, linear, registers)
    if (mapping === null) throw notMapped(linear, end, registers)
    pieces.push({ physical: mapping.physical, length: inPage })
    done += inPage
  }
  return pieces
}

function walk(machine: Machine, linear: bigint, registers: PagingRegisters) {
  const walker = translate(registers, linear)
  let step = walker.next()
  while (!step.done) step = walker.next(machine.memory.peek(step.value.physical, step.value.length))
  return step.value
}

function notMapped(linear: bigint, end: PageWalkEnd, { efer }: PagingRegisters): KernelTestError {
  const longMode = (efer & longModeActive) !== 0n
  if (end === 'notAnAddress' && (linear < 0n || linear >= 1n << (longMode ? 64n : 32n))) {
    return new KernelTestError(
      'KT3011',
      `linear address ${hex(linear)} does not exist ${longMode ? 'in 64 bits' : 'outside of long mode'}`,
      'Check the address; before the guest enters long mode, linear addresses have 32 bits.',
    )
  }
  return new KernelTestError(
    'KT3011',
    `nothing is mapped at linear address ${hex(linear)}`,
    "Look at the guest's page tables at this point (`vm.pageTables`), or read a physical address.",
  )
}

/** EFER.LMA (SDM vol. 3 §2.2.1). */
const longModeActive = 1n << 10n

function checkThere(machine: Machine, { physical, length }: Piece): void {
  if (machine.memory.has(physical, length)) return
  const end = BigInt(machine.cpu.ram.length)
  const at = physical >= 0n && physical < end ? end : physical
  throw new KernelTestError(
    'KT3011',
    `there is no memory at physical address ${hex(at)}`,
    'Give the machine more memory (`memory`), or check the address.',
  )
}
