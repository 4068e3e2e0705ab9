import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { locateQemu } from '../../../src/engines/qemu/find-qemu.ts'

test('the tests of this project have no QEMU that they could start', () => {
  expect(spawnSync('qemu-system-x86_64', ['--version']).error).toMatchObject({ code: 'ENOENT' })
  expect(() => locateQemu()).toThrow('qemu-system-x86_64 is not installed: it is not in PATH')
})
