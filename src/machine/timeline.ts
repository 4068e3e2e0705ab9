import type { MissingPlace, SectorRange } from './devices/medium.ts'
import type { Drive } from './media/drive.ts'

/** Something that happens in a machine, seen from outside of the processor. */
export type Happening =
  /** A first access of its kind to a port where nothing is. */
  | { readonly kind: 'portIo'; readonly port: number; readonly size: number; readonly isWrite: boolean }
  /** The same of memory: the first address of its page. */
  | { readonly kind: 'memoryIo'; readonly address: number; readonly size: number; readonly isWrite: boolean }
  /** The processor takes an interrupt of a device. */
  | { readonly kind: 'irq'; readonly vector: number }
  | DiskAccess
  | ({ readonly kind: 'diskError' } & DiskError)
  | { readonly kind: 'mediumChange'; readonly drive: string; readonly isEmpty: boolean }
  /** The guest says by pvpanic that it has panicked, or goes on into a kernel that dumps it. */
  | { readonly kind: 'guestPanic'; readonly goesOn: boolean }
  /** What the monitor shows: text in cells, graphics in pixels. */
  | ({ readonly kind: 'modeChange' } & VideoMode)
  /** A call of our BIOS: `int13`, and AH. */
  | { readonly kind: 'biosCall'; readonly service: string; readonly ah: number }

interface DiskAccess {
  readonly kind: 'diskRead' | 'diskWrite'
  /** The plan's name of it. */
  readonly drive: string
  readonly first: number
  readonly sectors: number
}

/** Sectors that the guest wants and does not get. */
export type DiskError = {
  readonly drive: string
  /** They are of the disk image on it that was booted. */
  readonly isImage?: true
} & (
  | {
      readonly why: 'pastEnd' | 'unreadable'
      readonly first: number
      readonly sectors: number
      /** Of the medium, or of the image. */
      readonly of: number
    }
  | ({ readonly why: 'outsideGeometry' } & MissingPlace)
)

export interface VideoMode {
  readonly mode: 'text' | 'graphics'
  readonly width: number
  readonly height: number
}

/** A happening, or several of the same kind: in a row, or accesses to where nothing is wherever they come. */
export interface TimelineEntry {
  readonly what: Happening
  /** Of the first: units done, and the tick. */
  readonly units: number
  readonly tick: number
  /** How often. */
  readonly times: number
}

interface Kept {
  what: Happening
  readonly units: number
  readonly tick: number
  /** How often, counted here or elsewhere. */
  readonly repeats: { count: number }
}

/** Hears of the guest's accesses to media, by whatever way. */
interface DiskListener {
  transferred(): void
  refused(error: DiskError): void
}

const mostEntries = 256
/** Handlers of interrupts, which are told as such. */
const handlers: ReadonlySet<string> = new Set(['int08', 'int09', 'int70', 'int74'])

/** The last 256 things that happened: what repeats, and sectors one behind the other, count as one. */
export class Timeline {
  readonly #now: () => Pick<TimelineEntry, 'units' | 'tick'>
  readonly #disks: DiskListener
  /** A ring: the oldest is the next to be overwritten. */
  #entries: Kept[] = []
  #next = 0
  #mode: VideoMode | null = null

  constructor(
    now: () => Pick<TimelineEntry, 'units' | 'tick'>,
    disks: DiskListener = { transferred: () => {}, refused: () => {} },
  ) {
    this.#now = now
    this.#disks = disks
  }

  /** In their order. */
  get all(): readonly TimelineEntry[] {
    const inOrder = [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)]
    return inOrder.map(({ repeats, ...entry }) => ({ ...entry, times: repeats.count }))
  }

  /** `repeats`: who counts those of its kind elsewhere. */
  note(what: Happening, repeats = { count: 1 }): void {
    const last = this.#entries[(this.#next + mostEntries - 1) % mostEntries]
    const both = last && joined(last.what, what)
    if (both) {
      last.what = both
      last.repeats.count++
      return
    }
    this.#entries[this.#next] = { what, ...this.#now(), repeats }
    this.#next = (this.#next + 1) % mostEntries
  }

  noteCall(service: string, ah: number): void {
    if (!handlers.has(service)) this.note({ kind: 'biosCall', service, ah })
  }

  /** To be told now and then what the monitor shows; the first is no change. */
  seeMode(mode: VideoMode): void {
    const before = this.#mode
    this.#mode = mode
    const isSame = before?.mode === mode.mode && before.width === mode.width && before.height === mode.height
    if (before && !isSame) this.note({ kind: 'modeChange', ...mode })
  }

  forget(): void {
    this.#entries = []
    this.#next = 0
    this.#mode = null
  }

  /** A drive whose accesses are noted. */
  watched<D extends Drive>(drive: D): D {
    const { medium, id } = drive
    if (!medium) return drive
    const refuse = (error: DiskError) => {
      this.note({ kind: 'diskError', ...error })
      this.#disks.refused(error)
    }
    const of = medium.sectors
    return {
      ...drive,
      medium: {
        sectorBytes: medium.sectorBytes,
        sectors: medium.sectors,
        isWritable: medium.isWritable,
        firstBad: (first: number, count: number) => {
          const bad = medium.firstBad?.(first, count) ?? null
          if (bad !== null) refuse({ why: 'unreadable', drive: id, first: bad, sectors: 1, of })
          return bad
        },
        missed: ({ first, count: sectors }: SectorRange, imageSectors?: number) =>
          refuse({
            ...{ why: 'pastEnd', drive: id, first, sectors, of: imageSectors ?? of },
            ...(imageSectors !== undefined && { isImage: true }),
          }),
        misaddressed: (place: MissingPlace) => refuse({ why: 'outsideGeometry', drive: id, ...place }),
        read: (first: number, count: number) => {
          this.note({ kind: 'diskRead', drive: id, first, sectors: count })
          this.#disks.transferred()
          return medium.read(first, count)
        },
        write: (first: number, bytes: Uint8Array) => {
          const sectors = bytes.length / medium.sectorBytes
          this.note({ kind: 'diskWrite', drive: id, first, sectors })
          this.#disks.transferred()
          medium.write(first, bytes)
        },
      },
    }
  }
}

/** Both as one, where the second goes on with the first. */
function joined(before: Happening, what: Happening): Happening | null {
  switch (what.kind) {
    case 'irq':
      return before.kind === 'irq' && before.vector === what.vector ? before : null
    case 'biosCall':
      return before.kind === 'biosCall' && before.service === what.service && before.ah === what.ah
        ? before
        : null
    case 'diskRead':
    case 'diskWrite': {
      const goesOn =
        before.kind === what.kind &&
        before.drive === what.drive &&
        before.first + before.sectors === what.first
      return goesOn ? { ...before, sectors: before.sectors + what.sectors } : null
    }
    default:
      return null
  }
}
