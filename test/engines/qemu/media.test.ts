import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Medium } from '../../../src/boot/plan.ts'
import { kernel } from '../../kernels/build.ts'
import { planOf } from '../plans.ts'
import { openPlan } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

const directory = mkdtempSync(join(tmpdir(), `kerneltest, media "a" 'b' = `))
afterAll(() => rmSync(directory, { recursive: true }))

/** A disk that nobody may write to, under a name that QEMU's option syntax has many uses for. */
function disk(name: string, size: number): string {
  const path = join(directory, `${name},,file=x "c" 'd' .img`)
  copyFileSync(kernel('disk-writer'), path)
  truncateSync(path, size)
  chmodSync(path, 0o444)
  return path
}

const kinds = [
  ['disk', 'pc', 1 << 20],
  ['disk', 'q35', 1 << 20],
  ['floppy', 'pc', 1_474_560],
  ['floppy', 'q35', 1_474_560],
] as const

describe.each(testQemus)('QEMU $version', (qemu) => {
  test.each(kinds)(
    'a guest writes to a %s of a %s, and the file stays as it was',
    async (kind, shape, size) => {
      const path = disk(`${qemu.version} ${kind} ${shape}`, size)
      const before = fingerprint(path)
      const medium: Medium = { id: 'boot', kind, path }
      const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
      const plan = planOf(start, { media: [medium], machine: { shape } })
      const twoAtOnce = await Promise.all([openPlan(qemu, plan), openPlan(qemu, plan)])
      for (const { machine, run, printed } of twoAtOnce) {
        const stop = await run()
        expect(printed('com1')).toBe('OK\r\n')
        expect(stop).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
        await machine.close()
      }
      expect(fingerprint(path)).toEqual(before)
    },
  )

  test.each([
    ['pc', 1024],
    ['q35', 1024],
    ['pc', 100 * 512],
    ['q35', 100 * 512],
  ] as const)('a %s boots from a disk of %d bytes, less than a cylinder', async (shape, size) => {
    const path = disk(`${qemu.version} small ${shape} ${size}`, size)
    const before = fingerprint(path)
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['small'] } as const
    const media: readonly Medium[] = [{ id: 'small', kind: 'disk', path }]
    const { machine, run, printed } = await openPlan(qemu, planOf(start, { media, machine: { shape } }))
    expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
    expect(printed('com1')).toBe('OK\r\n')
    expect(fingerprint(path)).toEqual(before)
    await machine.close()
  })

  test.each([
    ['pc', 4],
    ['q35', 6],
  ] as const)('a %s takes %d disks, and no more', async (shape, places) => {
    const path = disk(`${qemu.version} many ${shape}`, 1 << 20)
    const media = Array.from(
      { length: places },
      (_, number): Medium => ({ id: `${number}`, kind: 'disk', path }),
    )
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['0'] } as const
    const { machine, run, printed } = await openPlan(qemu, planOf(start, { media, machine: { shape } }))
    expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
    expect(printed('com1')).toBe('OK\r\n')
    // The BIOS data area: the number of hard disks.
    expect(await machine.read('physical', 0x475n, 1)).toEqual(Uint8Array.of(places))
    await machine.close()
    const more = [...media, { id: 'more', kind: 'disk', path } as const]
    await expect(openPlan(qemu, planOf(start, { media: more, machine: { shape } }))).rejects.toThrow(
      /^KT3005: QEMU refused to build the machine: .*Bus 'ide.\d' not found/,
    )
  })

  test('a medium that is gone', async () => {
    const medium: Medium = { id: 'boot', kind: 'disk', path: join(directory, 'none.img') }
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
    await expect(openPlan(qemu, planOf(start, { media: [medium] }))).rejects.toThrow(
      /^KT3005: QEMU refused to build the machine: .*No such file or directory/,
    )
  })

  test.each(['pc', 'q35'] as const)('a %s without anything to boot', async (shape) => {
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: [] } as const
    const { run, machine } = await openPlan(qemu, planOf(start, { machine: { shape } }))
    const pattern = { pattern: 'No bootable device' }
    const stop = await run({ on: 'screen', pattern, shown: true })
    expect(stop).toMatchObject({ why: 'condition', index: 0 })
    await machine.close()
  })

  const uefi = { timeout: 90_000 }
  test.each(['pc', 'q35'] as const)('UEFI on a %s, with variables of its own', uefi, async (shape) => {
    const start = { kind: 'firmware', firmware: 'uefi', bootOrder: [] } as const
    const plan = planOf(start, { machine: { shape, memoryMiB: 256 } })
    const { machine } = await openPlan(qemu, plan)
    const any = [{ on: 'output', port: 'com1', pattern: 'UEFI Interactive Shell', from: 0 } as const]
    const stop = await machine.run({ deadlineNs: 80_000_000_000n, any })
    expect(stop).toMatchObject({ why: 'condition', index: 0 })
    await machine.close()
  })
})

function fingerprint(path: string): object {
  const { size, mtimeMs, ctimeMs, mode } = statSync(path)
  return { size, mtimeMs, ctimeMs, mode, hash: createHash('sha256').update(readFileSync(path)).digest('hex') }
}
