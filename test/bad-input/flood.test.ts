import { expect, test } from 'vitest'
import { floodHash, runFlood } from './flood.ts'

test.each(['embedded', 'qemu'] as const)(
  '8 MiB on the serial port of %s: every byte arrives once, and memory is bounded',
  async (engine) => {
    const flood = await runFlood(engine, 8)
    expect(flood).toMatchObject({
      status: 0,
      // A slow host is told that the guest still runs.
      stderr: expect.stringMatching(/^(.*still runs.*\n)*kerneltest: ok: .* 0x10 \(status 33\)\n$/),
      bytes: 8 << 20,
      sha256: floodHash(8),
    })
    expect(flood.peakMemory).toBeLessThan(320 << 20)
  },
  180_000,
)
