import type { BootPlan, Medium } from '../boot/plan.ts'
import { didYouMean } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'

/** @throws KernelTestError KT4008 where the machine has no such drive. */
export function driveOf({ media }: BootPlan, name: string): Medium {
  const drive = media.find(({ id }) => id === name)
  if (drive) return drive
  const names = media.map(({ id }) => id)
  const hint =
    names.length === 0
      ? 'It has none: name what is to be in them with the options `disks`, `floppies` and `cds`.'
      : didYouMean(name, names) || `Its drives are ${names.join(', ')}.`
  throw new KernelTestError('KT4008', `the machine has no drive ${JSON.stringify(name)}`, hint)
}

/** A drive whose medium can be changed. @throws KernelTestError KT3053 for a hard disk, KT4008. */
export function removableDrive(plan: BootPlan, name: string): Medium {
  const drive = driveOf(plan, name)
  if (drive.kind !== 'disk') return drive
  throw new KernelTestError(
    'KT3053',
    `the medium of ${name} cannot be changed: it is a hard disk`,
    'Floppy disks and CDs can: attach it with `floppies` or `cds`.',
  )
}
