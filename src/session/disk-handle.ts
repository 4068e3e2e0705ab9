import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MediumState } from '../observe/medium-state.ts'
import { KernelTestError } from '../support/errors.ts'
import { driveOf } from './plan-drives.ts'
import { seenFrom } from './readable-file.ts'
import type { Session } from './session.ts'
import type { DiskHandle } from './vm.ts'

/** At once, in bytes. */
const pieceBytes = 1 << 20

/** @throws KernelTestError KT4008 where the machine has no such drive. */
export function diskHandle({ machine, facts, mediaPaths }: Session, name: string): DiskHandle {
  const { id } = driveOf(facts.plan, name)
  const state = async () => {
    const found = await machine.medium(id)
    if (found) return found
    throw new KernelTestError(
      'KT4009',
      `the drive ${name} is empty`,
      `Put something in first: vm.changeDisk('${name}', path).`,
    )
  }
  return {
    async read(at, length) {
      await state()
      return machine.readMedium(id, at, length)
    },
    written: async () => (await state()).written,
    async save(to) {
      const path = seenFrom(facts.root, to)
      if ([...mediaPaths].some((one) => isSameFile(one, path))) throw isInUse(path)
      await writeImage(path, await state(), (at, length) => machine.readMedium(id, at, length))
    },
    async failReads(...sectors) {
      await state()
      await machine.failReads(id, sectors)
    },
  }
}

/** Pieces of zeros become holes. */
async function writeImage(
  path: string,
  { size }: MediumState,
  read: (at: number, length: number) => Promise<Uint8Array>,
): Promise<void> {
  const file = openForWriting(path)
  try {
    ftruncateSync(file, size)
    for (let at = 0; at < size; at += pieceBytes) {
      const bytes = await read(at, Math.min(pieceBytes, size - at))
      if (bytes.some((byte) => byte !== 0)) writeSync(file, bytes, 0, bytes.length, at)
    }
  } finally {
    closeSync(file)
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw cannotSave(path, reason, 'Name a file in a directory that exists and may be written.')
  }
}

function isSameFile(one: string, other: string): boolean {
  if (resolve(one) === resolve(other)) return true
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev
}

function isInUse(path: string): KernelTestError {
  return cannotSave(path, 'it is in a drive of the machine', 'Save it under another name.')
}

function cannotSave(path: string, why: string, hint: string): KernelTestError {
  return new KernelTestError('KT4014', `${path} cannot be written: ${why}`, hint)
}
