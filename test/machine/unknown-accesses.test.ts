import { expect, test } from 'vitest'
import { UnknownAccesses } from '../../src/machine/unknown-accesses.ts'

const port = { space: 'ports', at: 0x278, size: 1, isWrite: false, first: 5 } as const

test('accesses of a kind are one, with the first instruction and a count', () => {
  const told: number[] = []
  const unknown = new UnknownAccesses(({ at }) => told.push(at))
  unknown.note(port)
  unknown.note({ ...port, first: 9 })
  unknown.note({ ...port, size: 2 })
  unknown.note({ ...port, isWrite: true })
  unknown.note({ space: 'memory', at: 0xfec0_0010, size: 4, isWrite: true, first: 20 })
  unknown.note({ space: 'memory', at: 0xfec0_0020, size: 4, isWrite: true, first: 21 })
  expect(unknown.all.map(({ at, count, first }) => [at, count, first])).toEqual([
    [0x278, 2, 5],
    [0x278, 1, 5],
    [0x278, 1, 5],
    [0xfec0_0000, 2, 20],
  ])
  expect(told).toEqual([0x278, 0x278, 0x278, 0xfec0_0000])
  unknown.forget()
  expect(unknown.all).toEqual([])
})

test('a guest that tries everything fills no more than 512', () => {
  const unknown = new UnknownAccesses(() => {})
  for (let at = 0; at < 65_536; at++) unknown.note({ ...port, at })
  expect(unknown.all).toHaveLength(512)
})
