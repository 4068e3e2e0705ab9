import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openSession } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import { vmOf } from '../../src/session/handles.ts'
import type { Vm } from '../../src/session/vm.ts'
import { assemble } from '../machine/control/assemble.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-nobody-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A floppy disk with this boot sector. */
function floppy(name: string, code: string): string {
  const path = join(folder, name)
  const image = new Uint8Array(1_474_560)
  image.set(
    assemble(16, `org 0x7c00\nxor ax, ax; mov ds, ax; mov es, ax; mov ss, ax; mov sp, 0x7c00\n${code}`),
  )
  image.set([0x55, 0xaa], 510)
  writeFileSync(path, image)
  return path
}

async function boot(path: string, options: BootOptions): Promise<Vm> {
  const session = await openSession(path, options)
  onTestFinished(async () => {
    await session.close()
  })
  return vmOf(session)
}

const printed = (letter: string) => `mov dx, 0x3f8; mov al, '${letter}'; out dx, al`

/** Takes no key and no byte, with interrupts off; asks a port where nothing is, so that time passes. */
const deaf = floppy('deaf.img', `cli; ${printed('D')}\nagain: in al, 0x84; jmp again`)

/**
 * Reads tracks over and over; where a tick of the clock comes in the middle of a read it prints R. After an
 * error E, and it exits with 0x10.
 */
const reader = floppy(
  'reader.img',
  `mov word [0x70], tick; mov [0x72], ax; mov [0x600], al; sti
   again: mov byte [0x600], 1
   mov ax, 0x0212; mov bx, 0x8000; mov cx, 0x0201; mov dx, 0; int 0x13
   mov byte [0x600], 0; jnc again
   ${printed('E')}; mov dx, 0xf4; mov al, 0x10; out dx, al; hlt
   tick: push ax; push dx; cmp byte [cs:0x600], 1; jne over
   ${printed('R')}
   over: pop dx; pop ax; iret`,
)

describe.each(['embedded', 'qemu'] as const)('on %s', (engine) => {
  const limit = engine === 'embedded' ? '400ms' : '3s'

  test('keys to a guest that never reads them', async () => {
    const vm = await boot(deaf, { engine, limit, until: { serial: 'D' } })
    await vm.type('all work and no play\n'.repeat(200))
    await vm.press('ctrl-alt-delete')
    await vm.mouse.move(5, 5)
    expect(await vm.end()).toMatchObject({ kind: 'limit', detail: 'busy' })
    await vm.press('a')
  })

  test('bytes to a guest that never reads them', async () => {
    const vm = await boot(deaf, { engine, limit, until: { serial: 'D' } })
    await vm.serial.send(new Uint8Array(4 << 20).fill(0x55))
    expect(await vm.end()).toMatchObject({ kind: 'limit', detail: 'busy' })
    expect(vm.serial.lines).toEqual(['D'])
  })

  test('a disk that is removed in the middle of a read', async () => {
    const vm = await boot(reader, { engine, limit: '60s', until: { serial: 'R' } })
    await vm.changeDisk('boot', null)
    expect(await vm.end()).toMatchObject({ kind: 'exit', value: 0x10 })
    expect(vm.serial.log.text).toMatch(/^R+E$/)
  })
})
