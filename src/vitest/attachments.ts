import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { OutputLog } from '../observe/output-log.ts'
import type { Screen } from '../observe/screen.ts'
import { linesOf } from '../observe/text-screen.ts'
import { drawScreen } from '../report/draw-screen.ts'
import { encodePng } from '../report/png.ts'

/** A file that a failed test leaves behind, as Vitest's annotations take it. */
export interface Attachment {
  /** Has the path in it, because JUnit files show nothing else. */
  readonly message: string
  readonly path: string
  readonly contentType: string
}

export interface Remains {
  readonly serial: OutputLog
  readonly screen: Screen | null
}

/** Where attachments go, and what messages are relative to. */
export interface AttachmentPlace {
  readonly root: string
  readonly folder: string
  /** The test file, relative to the root. */
  readonly testFile: string
  /** Names the test, and the machine where it has several. */
  readonly name: string
}

/**
 * Writes the serial log and the last screen, as text and as a picture, each to a file of its own: Vitest
 * names its copy after the path.
 */
export async function writeAttachments(
  remains: Remains,
  place: AttachmentPlace,
): Promise<readonly Attachment[]> {
  const base = join(place.folder, 'kerneltest', place.testFile, sanitize(place.name))
  const { serial, screen } = remains
  const files: { what: string; path: string; contentType: string; body: string | Uint8Array }[] = []
  if (serial.bytes.length > 0) {
    files.push({
      what: 'serial log',
      path: `${base}-serial.txt`,
      contentType: 'text/plain',
      body: serial.text,
    })
  }
  if (screen?.kind === 'text') {
    const text = `${linesOf(screen).join('\n').trimEnd()}\n`
    files.push({
      what: 'last screen as text',
      path: `${base}-screen.txt`,
      contentType: 'text/plain',
      body: text,
    })
  }
  if (screen !== null) {
    const picture = encodePng(drawScreen(screen))
    files.push({ what: 'last screen', path: `${base}-screen.png`, contentType: 'image/png', body: picture })
  }
  await mkdir(dirname(base), { recursive: true })
  return Promise.all(
    files.map(async ({ what, path, contentType, body }) => {
      await writeFile(path, body)
      return { message: `${what}: ${relative(place.root, path)}`, path, contentType }
    }),
  )
}

const longestName = 120

/** A file name without surprises on any system: letters, digits, `_` and `-`. */
export function sanitize(name: string): string {
  const plain = name
    .replaceAll(/\s+/g, '-')
    .replaceAll(/[^\w-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
  return plain.replaceAll(/^-|-$/g, '').slice(0, longestName) || 'test'
}
