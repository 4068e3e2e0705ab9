import { expect, test } from 'vitest'
import type { LinuxImage } from '../../src/image/image.ts'
import { bzImage } from './samples.ts'
import { flawsOf, read } from './told.ts'

function readLinux(bytes: Uint8Array): LinuxImage {
  const image = read(bytes)
  if (image.kind !== 'linux') throw new Error(`a bzImage was expected, not ${image.kind}`)
  return image
}

test('the header of a present-day kernel', () => {
  const { source, ...facts } = readLinux(bzImage(0x20f).bytes)
  expect(facts).toEqual({
    kind: 'linux',
    protocolVersion: 0x20f,
    version: '6.1.0-test (builder@host) #1 SMP',
    setupSize: 2560,
    loadedHigh: true,
    has64BitEntry: true,
    relocatable: true,
    alignment: 0x20_0000,
    preferredAddress: 0x100_0000n,
    initSize: 0x123_4000,
    initrdMaxAddress: 0x7fff_ffff,
    commandLineMax: 2047,
    flaws: [],
  })
})

test('fields that an old protocol lacks have the values that it gives them', () => {
  expect(readLinux(bzImage(0x202).bytes)).toMatchObject({
    has64BitEntry: false,
    relocatable: false,
    alignment: 0,
    preferredAddress: 0x10_0000n,
    initSize: 0,
    initrdMaxAddress: 0x37ff_ffff,
    commandLineMax: 255,
    flaws: [],
  })
})

test('no setup sectors mean four', () => {
  expect(readLinux(bzImage(0x20f).byte(0x1f1, 0).bytes).setupSize).toBe(2560)
})

test('a version outside the setup code, or of binary bytes, is none', () => {
  expect(readLinux(bzImage(0x20f).half(0x20e, 0x2000).bytes).version).toBeNull()
  expect(readLinux(bzImage(0x20f).half(0x20e, 0).bytes).version).toBeNull()
  expect(readLinux(bzImage(0x20f).byte(0x502, 7).bytes).version).toBeNull()
})

test('a kernel cut short', () => {
  const whole = bzImage(0x20f).bytes
  expect(flawsOf(whole.subarray(0, -15), 'kernel-past-end')).toBe('')
  expect(flawsOf(whole.subarray(0, -16), 'kernel-past-end')).toMatchInlineSnapshot(`
    "fatal kernel-past-end
      the header promises 18944 bytes; the file has 18928
      the file was cut short: the kernel would fail to unpack itself
      build or download it again"
  `)
  expect(flawsOf(whole.subarray(0, 0x206), 'kernel-past-end')).not.toBe('')
})
