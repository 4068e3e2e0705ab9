import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { MachinePool } from '../../src/pool/machine-pool.ts'
import { bootScript } from '../session/script-guest.ts'

/** A disk whose path tells our QEMU from every other in the list of processes. */
function marker(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-pool-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const disk = join(folder, 'marker.img')
  writeFileSync(disk, new Uint8Array(512))
  return disk
}

function processesWith(text: string): number {
  const commandLines = readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : []
    } catch {
      return []
    }
  })
  return commandLines.filter((line) => line.includes('qemu') && line.includes(text)).length
}

test('a pool that is closed ends the runs of its machines, and their QEMU processes', async () => {
  const disk = marker()
  const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
  const { session, vm } = await bootScript(
    'A',
    { engine: 'qemu', disks: [disk], until: { serial: 'line A' } },
    { pool },
  )
  expect(processesWith(disk)).toBeGreaterThan(0)
  const running = vm.end()
  await pool.close()
  expect(await running).toMatchObject({ kind: 'engineError', code: 'KT4010' })
  expect((await session.close()).outputs.get('com1')?.text).toBe('line A\n')
  await expect.poll(() => processesWith(disk), { timeout: 5_000 }).toBe(0)
})

test('a thread runs one machine after the other', async () => {
  const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
  onTestFinished(() => pool.close())
  for (const letter of 'ABC') {
    const { session, vm } = await bootScript(`${letter}x`, { engine: 'qemu' }, { pool })
    expect(await vm.end()).toMatchObject({ kind: 'exit', value: 0x10 })
    await session.close()
    expect(vm.serial.lines).toEqual([`line ${letter}`])
  }
  expect(pool.load).toMatchObject({ threads: 1, waiting: 0, queued: 0 })
})

test('an error of the machine leads to the line that asked', async () => {
  const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
  onTestFinished(() => pool.close())
  const { vm } = await bootScript('A', { engine: 'qemu', until: { serial: 'line A' } }, { pool })
  const error = await vm.memory.read(0xffff_ffff_0000_0000n, 4).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'KT3011' })
  expect(error instanceof Error && error.stack).toContain('test/pool/qemu.test.ts')
})
