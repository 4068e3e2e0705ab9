import { describe } from 'vitest'
import { expect, test } from '../../src/index.ts'
import { kernel } from '../kernels/build.ts'

describe('boot', () => {
  test('a kernel prints and exits', async ({ boot }) => {
    const vm = await boot(kernel('hello-serial'))
    await expect(vm.serial).toPrint('Hello from kerneltest')
    await expect(vm).toExit('success')
  })
})
