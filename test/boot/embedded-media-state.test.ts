import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { assemble } from '../machine/control/assemble.ts'
import { madeOnce } from './make-media.ts'
import { type RealMedium, realMedia } from './real-media.ts'
import { movedAlong, recorded } from './save-points.ts'

/** Waits for a key, of two that are pressed the second, reads a track and fills 64 KiB many times. */
const code = `org 0x7c00
  mov ax, 0x0e3f
  int 0x10
  mov ah, 0
  int 0x16
  mov si, 60
read: mov ax, 0x0212
  mov bx, 0x8000
  mov cx, 0x0101
  mov dx, 0
  int 0x13
  dec si
  jnz read
  mov dx, 200
  push 0x2000
  pop es
fill: mov cx, 0xffff
  rep stosb
  dec dx
  jnz fill
  out 0xf4, al`

const waiting: RealMedium = {
  name: 'a boot sector that waits for a key',
  kind: 'floppy',
  image: () =>
    madeOnce('waits.img', (path) => {
      const image = new Uint8Array(1_474_560)
      image.set(assemble(16, code))
      image.set([0x55, 0xaa], 510)
      writeFileSync(path, image)
    }),
  steps: [{ shows: { pattern: '?' } }, { press: ['shift', 'k'], ends: 'exit' }],
}

describe('a run that is saved goes on in another machine', { timeout: 240_000 }, () => {
  test('inside a key wait, a read and a repeated instruction', async () => {
    const { recording, hash } = await recorded(waiting)
    const moved = movedAlong(waiting, recording, 16)
    expect(moved.hash).toBe(hash)
    expect(new Set(moved.places)).toEqual(new Set(['key', 'call', 'repetition']))
  })

  test.each([
    ['ISOLINUX CD: menu, power off', 8],
    ['GRUB CD: higher-half by multiboot2', 3],
    ['boot-sector: long mode from the first sector', 3],
  ] as const)('%s, %i times on its way', async (name, times) => {
    const medium = realMedia.find((row) => row.name === name)
    if (!medium) throw new Error(`${name} is not among the media`)
    const { recording, hash } = await recorded(medium)
    const moved = movedAlong(medium, recording, times)
    expect(moved.hash).toBe(hash)
  })
})
