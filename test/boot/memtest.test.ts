import { describe, test } from 'vitest'
import { expect } from '../../src/index.ts'
import type { Vm } from '../../src/session/vm.ts'
import { testQemus } from '../engines/qemu/test-qemus.ts'
import { guestFile } from './debian-guests.ts'
import { guestOn } from './guest-on.ts'

const bzImage = guestFile('memtest86+', 'boot', 'memtest86+x64.bin')
const iso = guestFile('memtest86+', 'usr/lib/memtest86+', 'memtest86+x64.iso')

/**
 * Graphics have no text to wait for: F1, which opens memtest86+'s menu and so holds its clocks, is pressed
 * until it draws. The black screen before it has the same size.
 */
async function openMenu(vm: Vm): Promise<void> {
  for (;;) {
    await vm.press('f1')
    const screen = await vm.screen.read()
    if (vm.ending !== null || screen.kind === 'text') return
    if (screen.width === 640 && screen.pixels.some((value, index) => index % 4 !== 3 && value !== 0)) return
  }
}

describe.each(testQemus)('memtest86+ on QEMU $version', { timeout: 90_000 }, (qemu) => {
  test('as a bzImage, on its text screen', async () => {
    const vm = await guestOn(qemu, bzImage)
    await expect(vm.screen).toShow('Memtest86', { row: 0, foreground: 'black', background: 'light gray' })
    await expect(vm.screen).toShow('+', { row: 0, foreground: 'red', background: 'light gray' })
    await expect(vm.screen).toShow(/^Memory {2}: {2}127MB/, { row: 5 })
    await expect(vm.screen).toShow('Press <F1> to configure')
  })

  test('as an ISO by BIOS, through its own boot sector', async () => {
    const vm = await guestOn(qemu, iso)
    await expect(vm.screen).toShow(/Memtest86\+ v\d/, { row: 0 })
    await expect(vm.screen).toShow(/Test #\d+ {2}\[/)
  })

  test('as an EFI application under OVMF: the title, without version and clock rate', async () => {
    // With more memory it would first measure the speed of copying 64 MiB, which takes TCG a minute.
    const vm = await guestOn(qemu, iso, { firmware: 'uefi', memory: '128M' })
    await expect(vm.serial).toPrint('BdsDxe: starting')
    await openMenu(vm)
    await expect(vm.screen).toMatchScreenshot('memtest title', {
      region: { x: 0, y: 40, width: 224, height: 32 },
      mask: [
        { x: 136, y: 40, width: 40, height: 16 },
        { x: 80, y: 56, width: 144, height: 16 },
      ],
    })
  })
})
