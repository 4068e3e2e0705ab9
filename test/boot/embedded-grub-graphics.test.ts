import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { openPlan } from '../engines/embedded/open-embedded.ts'
import { planOf } from '../engines/plans.ts'
import { grubCd } from './make-media.ts'

/** Draws in a mode of VBE, says so on COM1, and waits. */
const configuration = `insmod all_video
insmod gfxterm
insmod gfxterm_background
insmod serial
loadfont unicode
serial --unit=0
set gfxmode=800x600x32
terminal_output gfxterm
background_color 30,60,90
clear
echo "GRUB draws pixels"
terminal_output --append serial
echo drawn
sleep 1000
`
const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const

/** Of the picture that QEMU shows, with the font of Debian 12's GRUB 2.06. */
const hash = '54e1a38cb64aa933601ca2d9cfeaf337988c4e8a64cbf15c37fb3839cc138a2c'

test('GRUB draws in a mode of VBE, to the pixel as on QEMU', { timeout: 120_000 }, async () => {
  const path = grubCd('graphics.iso', configuration)
  const plan = planOf(start, { media: [{ id: 'boot', kind: 'cdrom', path }] })
  const { machine, run } = await openPlan(plan)
  const stop = await run({ on: 'output', port: 'com1', pattern: 'drawn', from: 0 })
  expect(stop).toMatchObject({ why: 'condition' })
  // The same word is on its way to the screen.
  await machine.run({ deadlineNs: stop.at.ns + 5_000_000n, any: [] })
  const screen = await machine.screen()
  await machine.close()
  if (screen.kind !== 'graphics') throw new Error('a text mode')
  expect([screen.width, screen.height]).toEqual([800, 600])
  expect(createHash('sha256').update(screen.pixels).digest('hex')).toBe(hash)
})
