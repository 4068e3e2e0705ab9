import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { cpio } from './cpio.ts'
import { guestFile } from './debian-guests.ts'

test('another program reads the archive: names, modes and contents of every length', () => {
  const archive = cpio({
    init: Buffer.from('#!/bin/sh\n'),
    a: Buffer.from('1'),
    'two words': Buffer.alloc(0),
    long: Buffer.alloc(4097, 'x'),
  })
  const busybox = guestFile('busybox-static', 'bin', 'busybox')
  const read = (...options: string[]) =>
    execFileSync(busybox, ['cpio', '-i', ...options], { input: archive, encoding: 'utf8', stdio: 'pipe' })
  expect(read('-t').split('\n')).toEqual(['init', 'a', 'two words', 'long', ''])
  expect(read('-tv').split('\n')[0]).toMatch(/^-rwxr-xr-x .* 10 .* init$/)
  expect(read('--to-stdout')).toBe(`#!/bin/sh\n1${'x'.repeat(4097)}`)
})
