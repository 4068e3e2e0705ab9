import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GraphicsScreen } from '../../observe/screen.ts'
import { invariant } from '../../support/invariant.ts'
import type { Monitor } from './monitor.ts'

/** The picture on the display, whatever its mode. `directory` takes a file for a moment. */
export async function readGraphicsScreen(monitor: Monitor, directory: string): Promise<GraphicsScreen> {
  const filename = join(directory, `screen-${randomUUID()}.ppm`)
  try {
    await monitor.execute('screendump', { filename })
    return parsePixmap(await readFile(filename))
  } finally {
    await rm(filename, { force: true })
  }
}

/** Parses a binary portable pixmap with 8 bits a sample (netpbm "P6"), as QEMU writes it. */
export function parsePixmap(bytes: Uint8Array): GraphicsScreen {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))
  invariant(header !== null, 'QEMU writes screendumps as P6 with 255 levels')
  const width = Number(header[1])
  const height = Number(header[2])
  const samples = bytes.subarray(header[0].length)
  invariant(samples.length >= width * height * 3, `a screendump of ${width}×${height} is whole`)
  const pixels = new Uint8Array(width * height * 4)
  for (let from = 0, to = 0; to < pixels.length; from += 3, to += 4) {
    pixels[to] = samples[from] ?? 0
    pixels[to + 1] = samples[from + 1] ?? 0
    pixels[to + 2] = samples[from + 2] ?? 0
    pixels[to + 3] = 255
  }
  return { kind: 'graphics', width, height, pixels }
}
