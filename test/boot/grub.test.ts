import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { expect } from '../../src/index.ts'
import { testQemus } from '../engines/qemu/test-qemus.ts'
import { grubIso } from './grub-iso.ts'
import { guestOn } from './guest-on.ts'

const kernel = fileURLToPath(new URL('../../examples/higher-half/higher-half.elf', import.meta.url))

/** Waits for ever; neither Enter alone nor one key too many starts the kernel. */
const menu = `set timeout=-1
menuentry "Power off" { halt }
menuentry "Higher half" { multiboot2 /boot/higher-half.elf }
menuentry "Reboot" { reboot }
`

describe.each(testQemus)('GRUB on QEMU $version', { timeout: 90_000 }, (qemu) => {
  test('boots examples/higher-half by multiboot2, chosen in its menu with the keyboard', async () => {
    const vm = await guestOn(qemu, grubIso(kernel, menu))
    await expect(vm.screen).toShow(/^ *GNU GRUB {2}version/)
    await expect(vm.screen).toShow('*Power off', { foreground: 'black', background: 'light gray' })
    await vm.press('down')
    await expect(vm.screen).toShow('*Higher half', { foreground: 'black', background: 'light gray' })
    await vm.press('enter')
    await expect(vm.screen).toShow('OK', { row: 0, column: 0, foreground: 'white', background: 'green' })
    await expect(vm.pageTables).toMap(0xffffffff88000000n, { to: 0x200000n, writable: false })
    await expect(vm).toExit('deadHalt')
  })
})
