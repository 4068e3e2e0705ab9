import { openImageFile } from '../session/image-file.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { inspection } from './inspection.ts'
import { inspectionText } from './inspection-text.ts'

/** Takes what a command prints on its standard output. */
export type Write = (text: string) => void

/**
 * `kerneltest inspect IMAGE`: prints what the image is and how it boots, for a person or as one JSON object.
 * Answers `asExpected` where `boot` can start it, else `notAsExpected`.
 * @throws KernelTestError KT10xx where there is nothing to describe.
 */
export async function inspectCommand(
  path: string,
  { json }: { readonly json: boolean },
  write: Write = (text) => void process.stdout.write(text),
): Promise<ExitStatus> {
  const file = openImageFile(path)
  try {
    const found = inspection(file.image, { path, sha256: file.sha256() })
    write(json ? `${JSON.stringify(found, null, 2)}\n` : inspectionText(found))
    return found.boot === null ? exitStatus.notAsExpected : exitStatus.asExpected
  } finally {
    file.close()
  }
}
