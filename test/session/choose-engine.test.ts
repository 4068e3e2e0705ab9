import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { BootPlan, Medium } from '../../src/boot/plan.ts'
import { MachinePool } from '../../src/pool/machine-pool.ts'
import { openSession } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import { chooseEngine } from '../../src/session/choose-engine.ts'
import { checkOptions } from '../../src/session/options.ts'
import { type OpenOptions, planOf } from '../engines/plans.ts'
import { kernel } from '../kernels/build.ts'

const disk: Medium = { id: 'boot', kind: 'disk', path: 'disk.img' }
const floppy: Medium = { id: 'floppy1', kind: 'floppy', path: null }
const bios = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
const uefi = { ...bios, firmware: 'uefi' } as const
const plan = (start: BootPlan['start'], options: OpenOptions = {}) =>
  planOf(start, { media: [disk], ...options })

test.each<readonly [string, BootPlan, string]>([
  ['a disk on a pc', plan(bios), 'engine: embedded'],
  ['a floppy disk on a q35', plan(bios, { machine: { shape: 'q35' }, media: [floppy] }), 'engine: embedded'],
  ['UEFI', plan(uefi), 'engine: qemu, because the image boots by UEFI'],
  ['two CPUs', plan(bios, { machine: { cpus: 2 } }), 'engine: qemu, because the machine has 2 CPUs'],
  [
    'a disk on a q35',
    plan(bios, { machine: { shape: 'q35' } }),
    'engine: qemu, because disks and CDs of a q35 are on AHCI',
  ],
  [
    'Linux',
    { ...plan(bios), provenance: { image: 'vmlinuz', protocol: 'linux', notes: [] } },
    'engine: qemu, because the image is Linux',
  ],
  [
    'much memory',
    plan(bios, { machine: { memoryMiB: 4096 } }),
    'engine: qemu, because the machine has more than 3 GiB of memory',
  ],
  [
    'all of QEMU’s processor',
    plan(bios, { cpu: { model: 'max' } }),
    'engine: qemu, because the processor is the model max',
  ],
])('%s', (_, made, note) => {
  expect(chooseEngine(made).note).toBe(note)
})

test('that is the default', () => {
  vi.stubEnv('KERNELTEST_ENGINE', undefined)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  expect(checkOptions({}).engine).toBe('auto')
})

test('a session says in one line what was chosen, and how long screens settle follows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-auto-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'disk.img')
  copyFileSync(kernel('disk-writer'), path)
  const told = async (machine: 'pc' | 'q35') => {
    const session = await openSession(path, { engine: 'auto', machine })
    expect(await session.end()).toMatchObject({ kind: 'exit', value: 0x10 })
    const { notes } = await session.close()
    return { notes, engine: session.facts.engine, settleNs: session.facts.settleNs }
  }
  expect(await told('pc')).toEqual({
    notes: ['engine: embedded'],
    engine: 'embedded',
    settleNs: 100_000_000n,
  })
  expect(await told('q35')).toEqual({
    notes: ['engine: qemu, because disks and CDs of a q35 are on AHCI'],
    engine: 'qemu',
    settleNs: 250_000_000n,
  })
})

test('an engine that is not here is an error that says why it was chosen', async () => {
  vi.stubEnv('KERNELTEST_ENGINE', undefined)
  vi.stubEnv('KERNELTEST_QEMU', '/no/such/qemu')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
  onTestFinished(() => pool.close())
  const refused = (options: BootOptions) =>
    openSession(kernel('script'), options, { pool }).then(String, (error: Error) => error.message)
  expect(await refused({ cpus: 2 })).toMatchInlineSnapshot(`
    "KT3001: KERNELTEST_QEMU names /no/such/qemu, which is no executable file; QEMU was chosen because the machine has 2 CPUs
      Set it to the path of qemu-system-x86_64, or unset it to use the one in PATH."
  `)
  expect(await refused({ engine: 'qemu', cpus: 2 })).not.toContain('because')
})
