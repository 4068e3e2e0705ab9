// Every public name as users write it: compiled against the package, with `skipLibCheck` off, on every
// supported Vitest.
import {
  type AddressSpace,
  boot,
  type Ending,
  expect,
  type Registers,
  type Screen,
  test,
  type Vm,
} from 'kerneltest'
import { defineConfig, kernelProject, kerneltest } from 'kerneltest/vitest'
import { defineConfig as vitestConfig } from 'vitest/config'

test('types', { timeout: 1000 }, async ({ boot, task, expect: local }) => {
  const vm: Vm = await boot('kernel.elf', { until: 'kernel_main', limit: '30s', memory: '512M' })
  const promise: Promise<void> = expect(vm).toExit('success')
  await promise
  await expect(vm).not.toExit({ status: 33 })
  await expect(vm).toExit('limit=idle')
  await expect(vm.serial).toPrint(/x/, { from: 'start', port: 'com2' })
  await expect(vm.screen).toShow('x', { row: 0, foreground: 'light cyan' })
  await expect(vm.screen).not.toShow('x')
  await expect(vm.pageTables).toMap(0xffff_ffff_8000_0000n, { to: 0x20_0000n, writable: false })
  await expect(vm.pageTables).toHaveNoWritableExecutable()
  await expect(vm.screen).toMatchScreenshot()
  await expect(vm.screen).toMatchScreenshot('x', {
    region: { row: 0, column: 0 },
    mask: [{ x: 1, y: 2, width: 3, height: 4 }],
  })
  await expect(vm.screen).toMatchScreenshot({ allowedMismatchedPixels: 3 })
  await expect.soft(vm.serial).toPrint('x')
  await local(vm.serial).toPrint('x')
  const ending: Ending = await vm.run({ until: { serial: /x/ } })
  const screen: Screen = await vm.screen.read()
  const space: AddressSpace = await vm.pageTables.read()
  const registers: Registers = await vm.registers.read()
  expect([ending.kind, screen.kind, space.mode, registers.cpl]).toEqual(['exit', 'text', '4-level', 0])
  expect(task.name).toBe('types')
  // @ts-expect-error no such ending
  await expect(vm).toExit('tripleFaults')
  // @ts-expect-error no such colour
  await expect(vm.screen).toShow('x', { foreground: 'purple' })
  // @ts-expect-error a pattern is needed
  await expect(vm.serial).toPrint()
  // @ts-expect-error no such option
  await boot('kernel.elf', { memorySize: 1 })
})

test.for([1, 2])('each %i', async (n, { boot }) => {
  await boot(`${n}.elf`)
})
test.skip('skipped', async ({ boot }) => void (await boot('x')))

export const machine: Promise<Vm> = boot('kernel.elf')
export const one = defineConfig({ test: { include: ['x'] } })
export const two = vitestConfig({
  plugins: [kerneltest()],
  test: {
    projects: [kernelProject({ include: ['*.elf'], boot: (image) => ({ memory: image === 'x' ? 1 : 2 }) })],
  },
})
// @ts-expect-error a language that does not exist
kernelProject({ include: [], language: 'tap' })
