import { writeFileSync } from 'node:fs'
import { assemble } from '../machine/control/assemble.ts'
import { madeOnce } from './make-media.ts'
import type { RealMedium } from './real-media.ts'

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

/** The real media look for keys in turn with other work: this one blocks in INT 16h. */
export const waitingMedium: RealMedium = {
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
