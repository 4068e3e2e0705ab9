import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Monitor } from './monitor.ts'

/**
 * Runs a QMP command that writes `filename`, and answers that file's bytes. The file is in `directory`, and
 * gone afterwards.
 */
export async function readThroughFile(
  monitor: Monitor,
  directory: string,
  command: string,
  args: object,
): Promise<Uint8Array> {
  const filename = join(directory, `${command}-${randomUUID()}`)
  try {
    await monitor.execute(command, { ...args, filename })
    return await readFile(filename)
  } finally {
    await rm(filename, { force: true })
  }
}

/**
 * Physical memory as the bus answers it, devices included; zeros where nothing answers. Addresses are below
 * 2^53. For memory that may be absent, see `memory.ts`.
 */
export function savePhysical(
  monitor: Monitor,
  directory: string,
  address: bigint,
  length: number,
): Promise<Uint8Array> {
  return readThroughFile(monitor, directory, 'pmemsave', { val: Number(address), size: length })
}
