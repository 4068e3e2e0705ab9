import { expect, onTestFinished, test } from 'vitest'
import { describeTimeline } from '../../src/observe/timeline.ts'
import { boot } from '../../src/session/boot.ts'
import { kernel } from '../kernels/build.ts'

test('what a guest does is told in order, the same in every run', async () => {
  const runs = await Promise.all(
    [1, 2].map(async () => {
      const vm = await boot(kernel('disk-user'), {
        engine: 'embedded',
        protocol: 'disk',
        cds: [null],
        until: { serial: 'ready\n' },
      })
      onTestFinished(() => vm.close())
      await vm.press('r', 'w')
      await vm.changeDisk('cd1', kernel('disk-user'))
      return vm.timeline()
    }),
  )
  const [one = [], other] = runs
  expect(one).toEqual(other)
  expect(describeTimeline(one, 100).map((line) => line.replace(/^.* ms {2}/, ''))).toMatchInlineSnapshot(`
    [
      "BIOS int19, AH=00h",
      "reads sector 0 of boot",
      "interrupt 0x9",
      "BIOS int15, AH=4Fh",
      "BIOS int16, AH=00h",
      "BIOS int13, AH=02h",
      "reads sector 1 of boot",
      "BIOS int16, AH=00h",
      "interrupt 0x9",
      "BIOS int15, AH=4Fh",
      "interrupt 0x9",
      "BIOS int15, AH=4Fh",
      "BIOS int13, AH=03h",
      "writes sector 1 of boot",
      "BIOS int16, AH=00h",
      "interrupt 0x9",
      "BIOS int15, AH=4Fh",
      "interrupt 0x8",
      "cd1 gets another medium",
    ]
  `)
  const instants = one.map(({ at }) => at.ns)
  expect(instants).toEqual([...instants].sort((a, b) => Number(a - b)))
})

test('QEMU keeps none', async () => {
  const vm = await boot(kernel('disk-user'), { engine: 'qemu', protocol: 'disk' })
  onTestFinished(() => vm.close())
  await expect(vm.timeline()).rejects.toMatchObject({ code: 'KT3016' })
})
