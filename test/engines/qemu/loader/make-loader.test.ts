import { expect, test } from 'vitest'
import { makeLoader } from '../../../../src/engines/qemu/loader/make-loader.ts'
import { elf, segment } from '../../../boot-plans/images.ts'
import { directStartOf, planOf } from '../../../boot-plans/plan-of.ts'

test('says so when the kernel leaves no room', () => {
  const full = elf({ segments: [segment({ memorySize: 0x6e00000n })] })
  const start = directStartOf(planOf(full))
  expect(() => makeLoader(start, 128)).toThrowErrorMatchingInlineSnapshot(`
    [KernelTestError: KT3040: the kernel and its modules leave no hole of 36 KiB in memory for kerneltest's loader
      Give the machine more memory (option memory), or boot the kernel from an ISO with its own boot loader.]
  `)
})

test("nothing of the guest's lies where QEMU looks for a multiboot header", () => {
  const bytes = makeLoader(directStartOf(planOf(elf())), 128)
  const head = Buffer.from(bytes.subarray(0, 8192))
  expect(head.subarray(0, 4).toString('latin1')).toBe('\x7fELF')
  expect(head.subarray(52).every((byte) => byte === 0)).toBe(true)
})

test('zeros after a segment cost nothing in the file', () => {
  const [small, large] = [0x1000n, 0x4000000n].map((memorySize) => {
    const image = elf({ segments: [segment({ memorySize })] })
    return makeLoader(directStartOf(planOf(image)), 128).length
  })
  expect((large ?? 0) - (small ?? 0)).toBeLessThan(4096 * 4)
})
