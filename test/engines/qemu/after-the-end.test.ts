import { describe, expect, test } from 'vitest'
import { openKernel } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

describe.each(testQemus)('QEMU $version', (qemu) => {
  describe.each(['pc', 'q35'] as const)('%s', (shape) => {
    test('memory is as the guest left it, on both sides of the video memory and of 4 GiB', async () => {
      const machine = { shape, memoryMiB: 4096 }
      const { machine: opened, run } = await openKernel(qemu, 'long-mode-exit', { machine })
      const word = async (space: 'physical' | 'linear', address: bigint) =>
        Buffer.from(await opened.read(space, address, 8)).toString('hex')
      expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
      expect(await word('physical', 0x300000n)).toBe('8877665544332211')
      expect(await word('linear', 0xffffffff80300000n)).toBe('8877665544332211')
      expect(await word('physical', 0x1_0020_0000n)).toBe('0102030405060708')
      expect(await word('linear', 0xffffffffc0200000n)).toBe('0102030405060708')
      // A page boundary, behind which another page is mapped.
      expect(await word('linear', 0xffffffff80300ffcn)).toBe('aaaaaaaabbbbbbbb')
      expect(await word('physical', 0xb8000n)).toBe('4f0c4b0c20072007')
      // The video memory shows itself at b8000h only.
      expect(await word('physical', 0x9fffcn)).toMatch(/^.{8}ffffffff$/)
      await expect(opened.read('linear', 0xffff800000000000n, 1)).rejects.toThrow(
        'KT3011: nothing is mapped at linear address 0xffff800000000000',
      )
      await expect(opened.read('physical', 0xd000_0000n, 1)).rejects.toThrow('KT3011')
      await expect(opened.read('physical', 0x1_ffff_fff8n, 16)).rejects.toThrow('KT3011')
      await opened.close()
      await expect(opened.read('physical', 0n, 1)).rejects.toThrow('KT4012: The machine is closed')
    })
  })
})
