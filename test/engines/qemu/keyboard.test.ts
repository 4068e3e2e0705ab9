import { afterEach, describe, expect, test } from 'vitest'
import { Keyboard } from '../../../src/engines/qemu/keyboard.ts'
import { keys, pressesOfText } from '../../../src/observe/keys.ts'
import { kernel } from '../../kernels/build.ts'
import { type BareQemu, collect, type QemuVersion, qemuVersions, startQemu } from './bare-qemu.ts'

const open: BareQemu[] = []
afterEach(async () => {
  for (const qemu of open.splice(0)) await qemu.close()
})

interface Guest {
  readonly keyboard: Keyboard
  /** Character and scan code of each key that the BIOS reported. */
  reported(): readonly (readonly [string, number])[]
  /** Runs until the BIOS reported so many keys. */
  runUntil(count: number): Promise<void>
}

async function echoingGuest(version: QemuVersion): Promise<Guest> {
  const disk = `if=ide,format=raw,snapshot=on,file=${kernel('echo-keys')}`
  const qemu = await startQemu(version, ['-drive', disk])
  open.push(qemu)
  const keyboard = new Keyboard(qemu.monitor, qemu.qtest)
  const serial = collect(qemu.serial)
  await qemu.runUntil(() => serial.text() === '>')
  const started = performance.now()
  const reported = () => {
    const pairs = serial.text().slice(1).match(/.{2}/gs) ?? []
    return pairs.map((pair): readonly [string, number] => [pair.charAt(0), pair.charCodeAt(1)])
  }
  const runUntil = (count: number) =>
    qemu.runUntil(async () => {
      await keyboard.pump(BigInt(Math.round((performance.now() - started) * 1e6)))
      return reported().length >= count
    })
  return { keyboard, reported, runUntil }
}

describe.each(qemuVersions)('QEMU %s', (version) => {
  test('every printing character of a US keyboard', async () => {
    const text = ` !"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_\`abcxyz{|}~`
    const guest = await echoingGuest(version)
    guest.keyboard.press(pressesOfText(text))
    expect(guest.reported()).toEqual([])
    await guest.runUntil(text.length)
    expect(
      guest
        .reported()
        .map(([character]) => character)
        .join(''),
    ).toBe(text)
  })

  test('keys without a character, by their scan codes', async () => {
    const guest = await echoingGuest(version)
    const expected = {
      enter: 0x1c,
      escape: 0x01,
      tab: 0x0f,
      backspace: 0x0e,
      f1: 0x3b,
      f10: 0x44,
      up: 0x48,
      down: 0x50,
      left: 0x4b,
      right: 0x4d,
      home: 0x47,
      end: 0x4f,
      pageup: 0x49,
      pagedown: 0x51,
      insert: 0x52,
      delete: 0x53,
      'ctrl-c': 0x2e,
      'alt-x': 0x2d,
    }
    guest.keyboard.press(Object.keys(expected))
    await guest.runUntil(Object.keys(expected).length)
    expect(guest.reported().map(([, code]) => code)).toEqual(Object.values(expected))
  })

  test('a text longer than any queue arrives whole', async () => {
    const guest = await echoingGuest(version)
    const text = Array.from({ length: 200 }, (_, index) => String.fromCharCode(0x61 + (index % 26))).join('')
    guest.keyboard.press(pressesOfText(text))
    await guest.runUntil(200)
    expect(
      guest
        .reported()
        .map(([character]) => character)
        .join(''),
    ).toBe(text)
  }, 60_000)

  test('QEMU knows every key', async () => {
    const qemu = await startQemu(version, [])
    open.push(qemu)
    const keyboard = new Keyboard(qemu.monitor, qemu.qtest)
    keyboard.press(keys)
    let pumped = 0
    for (; keyboard.isWaiting; pumped += 1) await keyboard.pump(BigInt(pumped) * 1_000_000_000n)
    expect(pumped).toBeGreaterThan(1)
  })

  test('a wrong name queues nothing', async () => {
    const guest = await echoingGuest(version)
    expect(() => guest.keyboard.press(['a', 'nonsense'])).toThrow('KT3013')
    expect(guest.keyboard.isWaiting).toBe(false)
  })
})
