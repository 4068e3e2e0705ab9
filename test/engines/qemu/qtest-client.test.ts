import { afterEach, describe, expect, test } from 'vitest'
import { type BareQemu, qemuVersions, startQemu } from './bare-qemu.ts'

const open: BareQemu[] = []
afterEach(async () => {
  for (const qemu of open.splice(0)) await qemu.close()
})

describe.each(qemuVersions)('QEMU %s', (version) => {
  test('memory of more than one request, written and read', async () => {
    const qemu = await startQemu(version, [])
    open.push(qemu)
    const bytes = Uint8Array.from({ length: 2_500_001 }, (_, index) => (index * 31) >> 3)
    await qemu.qtest.writePhysical(0x100001n, bytes)
    expect(Buffer.compare(await qemu.qtest.readPhysical(0x100001n, bytes.length), bytes)).toBe(0)
    expect(await qemu.qtest.readPhysical(0x100000n, 0)).toEqual(new Uint8Array(0))
  })

  test('ports, many at once, in order', async () => {
    const qemu = await startQemu(version, [])
    open.push(qemu)
    const { qtest } = qemu
    const answers = await Promise.all(
      [0x11, 0x22, 0x33].flatMap((value) => [qtest.writePort(0x80, value), qtest.readPort(0x61)]),
    )
    expect(answers.filter((_, index) => index % 2 === 0)).toEqual([0x11, 0x22, 0x33])
    await qtest.writePort(0x3c4, 0x02)
    expect(await qtest.readPort(0x3c4)).toBe(0x02)
  })

  test('sequences are not mixed, and a failed one does not stop the next', async () => {
    const qemu = await startQemu(version, [])
    open.push(qemu)
    const seen: string[] = []
    const sequence = (name: string) =>
      qemu.qtest.exclusively(async () => {
        for (const step of [1, 2, 3]) {
          await qemu.qtest.readPort(0x61)
          seen.push(`${name}${step}`)
        }
      })
    const failed = qemu.qtest.exclusively(() => Promise.reject(new Error('no')))
    await Promise.all([expect(failed).rejects.toThrow('no'), sequence('a'), sequence('b')])
    expect(seen).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
  })

  test('when QEMU dies, what waits is told so', async () => {
    const qemu = await startQemu(version, [])
    const { qtest, gdb, monitor } = qemu
    const waiting = [
      qtest.readPhysical(0n, 64 << 20),
      gdb.insertBreakpoint(0x1000n),
      gdb.step(0),
      monitor.human('info registers -a'),
    ].map((promise) => promise.then(String, (error: Error) => error.name))
    await qemu.close()
    expect(await waiting[0]).toBe('MonitorError')
    for (const answer of [qtest.readPort(0x61), gdb.step(0), gdb.removeBreakpoint(1n), monitor.human('x')]) {
      await expect(answer).rejects.toMatchObject({ className: 'Disconnected' })
    }
    await Promise.all(waiting)
  })
})
