import { openImageFile } from '../session/image-file.ts'
import { inspection } from './inspection.ts'
import { inspectionText } from './inspection-text.ts'

/** Takes what a command prints on its standard output. */
export type Write = (text: string) => void

const canBoot = 0
const cannotBoot = 1

/**
 * `kerneltest inspect IMAGE`: prints what the image is and how it boots, for a person or as one JSON object.
 * Answers the exit code: 0 where it can boot, 1 where a fatal flaw forbids every way.
 * @throws KernelTestError KT10xx where there is nothing to describe.
 */
export async function inspectCommand(
  path: string,
  { json }: { readonly json: boolean },
  write: Write = (text) => void process.stdout.write(text),
): Promise<number> {
  const file = openImageFile(path)
  try {
    const found = inspection(file.image, { path, sha256: file.sha256() })
    write(json ? `${JSON.stringify(found, null, 2)}\n` : inspectionText(found))
    return found.boot === null ? cannotBoot : canBoot
  } finally {
    file.close()
  }
}
