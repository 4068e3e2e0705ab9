import { type DiskError, diskErrorText } from '../../observe/timeline.ts'

/** As notes call them. */
const ids: Readonly<Record<DiskError['why'], string>> = {
  pastEnd: 'reads-past-end',
  outsideGeometry: 'outside-geometry',
  unreadable: 'sector-unreadable',
}

/**
 * Tells, once a drive and for each reason, of sectors that a guest wants and does not get. `units`: so many
 * instructions it has done.
 */
export function diskErrorNotes(
  tell: (text: string) => void,
  units: () => number,
): (error: DiskError) => void {
  const told = new Set<string>()
  return (error) => {
    const key = `${error.why} ${error.drive}`
    if (told.has(key)) return
    told.add(key)
    tell(`the guest ${diskErrorText(error)}, at instruction ${units()} [${ids[error.why]}]`)
  }
}
