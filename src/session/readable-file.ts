import { access, constants, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KernelTestError } from '../support/errors.ts'

/** A path that a test names, as seen from the root of its project; null: from the working directory. */
export function seenFrom(root: string | null, path: string): string {
  return root === null ? path : resolve(root, path)
}

/** @throws KernelTestError KT4006 where `path`, which `option` names, is no file that may be read. */
export async function checkReadable(option: string, path: string): Promise<void> {
  const stats = await stat(path).catch(() => null)
  const isReadable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  )
  if (stats?.isFile() && isReadable) return
  const why = stats === null ? 'does not exist' : stats.isFile() ? 'may not be read' : 'is not a file'
  throw new KernelTestError(
    'KT4006',
    `${path}, named in \`${option}\`, ${why}`,
    'Look at the path and its mode.',
  )
}
