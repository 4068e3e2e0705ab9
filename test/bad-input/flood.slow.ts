import { expect, test } from 'vitest'
import { floodHash, runFlood } from './flood.ts'

test('100 MiB on the serial port: every byte arrives once, and memory is bounded', async () => {
  const flood = await runFlood('qemu', 100)
  expect(flood).toMatchObject({
    status: 0,
    stderr: 'kerneltest: ok: the guest exited with 0x10 (status 33)\n',
    bytes: 100 << 20,
    sha256: floodHash(100),
  })
  expect(flood.peakMemory).toBeLessThan(1536 << 20)
})
