import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const longestTail = 65_536

/** The last 64 KiB of a text file. */
export function readTail(path: string): string {
  const descriptor = openSync(path, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const bytes = Buffer.alloc(Math.min(size, longestTail))
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8')
  } finally {
    closeSync(descriptor)
  }
}
