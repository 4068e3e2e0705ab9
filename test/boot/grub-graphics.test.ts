import { expect, test } from 'vitest'
import { onBoth } from '../engines/on-both.ts'
import { planOf } from '../engines/plans.ts'
import { kernel } from '../kernels/build.ts'
import { grubIso } from './grub-iso.ts'

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

test('GRUB draws in a mode of VBE, pixel by pixel as on QEMU', { timeout: 120_000 }, async () => {
  const path = grubIso(kernel('greeting'), configuration)
  const plan = planOf(start, { media: [{ id: 'boot', kind: 'cdrom', path }] })
  const pictures = await onBoth(plan, async (machine, { name }) => {
    const drawn = { on: 'output', port: 'com1', pattern: 'drawn', from: 0 } as const
    const stop = await machine.run({ deadlineNs: 60_000_000_000n, any: [drawn] })
    expect(stop).toMatchObject({ why: 'condition' })
    // The same word is on its way to the screen.
    const rest = name === 'embedded' ? 5_000_000n : 500_000_000n
    await machine.run({ deadlineNs: stop.at.ns + rest, any: [] })
    return machine.screen()
  })
  const [qemu, embedded] = pictures
  if (qemu?.kind !== 'graphics' || embedded?.kind !== 'graphics') throw new Error('a text mode')
  expect([embedded.width, embedded.height]).toEqual([800, 600])
  const colors = new Set(new Uint32Array(embedded.pixels.slice().buffer))
  expect(colors.size).toBeGreaterThan(1)
  expect(Buffer.from(embedded.pixels).equals(Buffer.from(qemu.pixels))).toBe(true)
})
