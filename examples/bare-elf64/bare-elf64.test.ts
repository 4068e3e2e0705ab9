import { expect, test } from 'kerneltest'

test('runs without any boot header', async ({ boot }) => {
  const vm = await boot('bare-elf64.elf')
  await expect(vm.serial).toPrint('entered in 64-bit mode\n')
  await expect(vm.screen).toShow('No boot header', { row: 12, foreground: 'light cyan', background: 'blue' })
  await expect(vm).toExit('success')
})

test('keeps its variables where the linker put them', async ({ boot }) => {
  const vm = await boot('bare-elf64.elf')
  await vm.end()
  expect([...(await vm.memory.read(0x202000n, 8))]).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
})
