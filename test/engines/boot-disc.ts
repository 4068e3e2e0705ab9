const sector = 2048
const [descriptorsAt, catalogAt, imageAt] = [16, 19, 20]

/** As in an entry of a boot catalog. */
export const emulations = {
  none: 0,
  'floppy-1.2': 1,
  'floppy-1.44': 2,
  'floppy-2.88': 3,
  'hard-disk': 4,
} as const

export interface DiscOptions {
  readonly media: number
  readonly image: Uint8Array
  /** Of 512 bytes: how many are loaded. Default 4. */
  readonly count?: number
  /** Real-mode segment; 0 stands for 07C0. */
  readonly segment?: number
  /** Changes bytes of the disc: what tests of broken ones want. */
  readonly harm?: (bytes: Uint8Array) => void
}

/** Where on the disc things are, in bytes. */
export const discPlaces = {
  bootRecord: 17 * sector,
  catalogPointer: 17 * sector + 0x47,
  catalog: catalogAt * sector,
  entry: catalogAt * sector + 32,
} as const

/** A CD with a boot catalog (El Torito 1.0) whose only entry is this image, at sector 20. */
export function bootDisc({ media, image, count = 4, segment = 0, harm }: DiscOptions): Uint8Array {
  const sectors = imageAt + Math.ceil(image.length / sector)
  const bytes = new Uint8Array(sectors * sector)
  const view = new DataView(bytes.buffer)
  const text = (at: number, characters: string) => bytes.set(Buffer.from(characters, 'latin1'), at)
  for (const [index, type] of [1, 0, 255].entries()) {
    bytes[(descriptorsAt + index) * sector] = type
    text((descriptorsAt + index) * sector + 1, 'CD001\x01')
  }
  view.setUint32(descriptorsAt * sector + 80, sectors, true)
  text(discPlaces.bootRecord + 7, 'EL TORITO SPECIFICATION')
  view.setUint32(discPlaces.catalogPointer, catalogAt, true)

  const { catalog, entry } = discPlaces
  bytes[catalog] = 1
  view.setUint16(catalog + 28, 0x1_0000 - 0xaa56, true)
  view.setUint16(catalog + 30, 0xaa55, true)
  bytes[entry] = 0x88
  bytes[entry + 1] = media
  view.setUint16(entry + 2, segment, true)
  view.setUint16(entry + 6, count, true)
  view.setUint32(entry + 8, imageAt, true)

  bytes.set(image, imageAt * sector)
  harm?.(bytes)
  return bytes
}
