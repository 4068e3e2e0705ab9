import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { eachEngine } from './each-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-change-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, begins: string, size: number): string {
  const path = join(folder, name)
  writeFileSync(path, begins)
  truncateSync(path, size)
  return path
}

const floppyBytes = 1_474_560
const buffer = 0x9000
const packetAt = 0x8000

/** INT 13h: AH as it comes back. */
async function status(guest: BiosCaller, words: Parameters<BiosCaller['call']>[1]): Promise<number> {
  return ((await guest.call(0x13, words)).eax >> 8) & 0xff
}

/** Sector 0 of floppy drive 00h: how it begins, or the status. */
async function readFloppy(guest: BiosCaller): Promise<string | number> {
  const ah = await status(guest, { ax: 0x0201, bx: buffer, cx: 1, dx: 0 })
  return ah === 0 ? text(await guest.read(0, buffer, 8)) : ah
}

/** The same of CD drive E0h. */
async function readCd(guest: BiosCaller): Promise<string | number> {
  const packet = [16, 0, 1, 0, buffer & 0xff, buffer >> 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  for (const [offset, byte] of packet.entries()) await guest.poke(0, packetAt + offset, byte)
  const ah = await status(guest, { ax: 0x4200, si: packetAt, dx: 0xe0 })
  return ah === 0 ? text(await guest.read(0, buffer, 8)) : ah
}

const text = (bytes: Buffer) => bytes.toString('latin1').replace(/\0+$/, '')
const isChanged = (guest: BiosCaller) => status(guest, { ax: 0x1600, dx: 0 })
const isCdChanged = (guest: BiosCaller) => status(guest, { ax: 0x4900, dx: 0xe0 })

describe.each(eachEngine)('a change of medium on $name', (engine) => {
  const [one, two] = [file('one.img', 'one', floppyBytes), file('two.img', 'two', floppyBytes)]

  test('of a floppy drive is told by its change line until the new disk is used', async () => {
    const guest = await openBiosCaller(engine, [{ id: 'a', kind: 'floppy', path: one }])
    expect(await readFloppy(guest)).toBe('one')
    await guest.machine.changeMedium('a', two)
    // QEMU's BIOS hides a change from a read, and always tells one when asked.
    if (engine.isExact) {
      expect(await isChanged(guest)).toBe(6)
      expect(await readFloppy(guest)).toBe(6)
      expect(await isChanged(guest)).toBe(0)
    } else {
      expect(await isChanged(guest)).toBe(6)
    }
    expect(await readFloppy(guest)).toBe('two')
    await guest.machine.changeMedium('a', null)
    expect(await isChanged(guest)).toBe(6)
    expect(await readFloppy(guest)).toBe(engine.isExact ? 0x80 : 0x20)
    await guest.machine.close()
  })

  test('leaves with a floppy disk what was written to it, and not in its file', async () => {
    const guest = await openBiosCaller(engine, [{ id: 'a', kind: 'floppy', path: one }])
    await guest.poke(0, buffer, 'X'.charCodeAt(0))
    await guest.poke(0, buffer + 1, 0)
    expect(await status(guest, { ax: 0x0301, bx: buffer, cx: 1, dx: 0 })).toBe(0)
    for (const path of [two, null, one]) {
      await guest.machine.changeMedium('a', path)
      await readFloppy(guest)
    }
    expect(await readFloppy(guest)).toMatch(/^X/)
    expect(readFileSync(one, 'latin1').slice(0, 3)).toBe('one')
    await guest.machine.close()
  })

  test('of a CD drive, which may be empty at the start', async () => {
    const guest = await openBiosCaller(engine, [{ id: 'cd', kind: 'cdrom', path: null }])
    const disc = file('disc.iso', 'disc', 400 * 2048)
    // QEMU's BIOS knows no status for that, and never takes note of a change (docs/quirks.md).
    expect(await readCd(guest)).toBe(engine.isExact ? 0x31 : 0x0c)
    await guest.machine.changeMedium('cd', disc)
    expect(await isCdChanged(guest)).toBe(6)
    expect(await readCd(guest)).toBe(engine.isExact ? 6 : 0x0c)
    if (!engine.isExact) return guest.machine.close()
    expect(await isCdChanged(guest)).toBe(0)
    expect(await readCd(guest)).toBe('disc')
    await guest.machine.changeMedium('cd', null)
    expect(await readCd(guest)).toBe(0x31)
    return guest.machine.close()
  })

  test('to a file that is not there, or is no file', async () => {
    const guest = await openBiosCaller(engine, [{ id: 'a', kind: 'floppy', path: one }])
    await expect(guest.machine.changeMedium('a', join(folder, 'none'))).rejects.toThrow(
      /^KT3050: .*none, which is in a drive of the machine, cannot be read: .*[Nn]o such file/,
    )
    await expect(guest.machine.changeMedium('a', folder)).rejects.toThrow(/^KT3050/)
    expect(await readFloppy(guest)).toBe('one')
    await guest.machine.close()
  })
})

describe.each(eachEngine.filter(({ isExact }) => isExact))('a disk that is taken out on $name', (engine) => {
  test('while it is read leaves no half of it, and no hang', async () => {
    const guest = await openBiosCaller(engine, [
      { id: 'a', kind: 'floppy', path: file('long.img', 'long', floppyBytes) },
    ])
    await guest.begin(0x13, { ax: 0x0212, bx: buffer, cx: 1, dx: 0 })
    const { ns } = await guest.machine.now()
    // In the middle of the 18 sectors, which take 280 µs.
    const stop = await guest.machine.run({ deadlineNs: ns + 150_000n, any: [] })
    expect(stop.why).toBe('deadline')
    await guest.machine.changeMedium('a', null)
    expect((await guest.answer()).eax & 0xff00).toBe(0x8000)
    expect(text(await guest.read(0, buffer, 8))).toBe('')
    await guest.machine.close()
  })
})
