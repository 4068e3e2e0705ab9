import { expect, test } from 'vitest'
import { describeTimeline } from '../../../src/observe/timeline.ts'
import { openCode } from './open-embedded.ts'

/** MOV DX, `port`; MOV AL, `value`; OUT DX, AL. */
const out = (port: number, value: number) => [0x66, 0xba, port & 0xff, port >> 8, 0xb0, value, 0xee]

test('accesses to where nothing is are counted, whatever comes between them', async () => {
  // mov ecx, 100; mov dx, 0x278; in al, dx; mov edx, 0x279; out dx, al; loop; hlt
  const body = [0x66, 0xba, 0x78, 0x02, 0xec, 0xba, 0x79, 0x02, 0x00, 0x00, 0xee]
  const { machine, run } = await openCode([0xb9, 100, 0, 0, 0, ...body, 0xe2, -body.length - 2 + 256, 0xf4])
  expect(await run()).toMatchObject({ ending: { kind: 'deadHalt' } })
  const timeline = await machine.timeline()
  expect(timeline).toMatchObject([
    { kind: 'portIo', port: 0x278, isWrite: false, times: 100, at: { instructions: 2n } },
    { kind: 'portIo', port: 0x279, isWrite: true, times: 100, at: { instructions: 4n } },
  ])
  expect(describeTimeline(timeline, 2).map((line) => line.slice(15))).toEqual([
    'read from port 0x278: nothing is there ×100',
    'write to port 0x279: nothing is there ×100',
  ])
  await machine.close()
})

test('a guest that panics by pvpanic is told of, and goes on', async () => {
  const { machine, run, events } = await openCode([
    ...out(0x505, 4),
    ...out(0x505, 1),
    ...out(0x505, 2),
    0xf4,
  ])
  expect(await run()).toMatchObject({ ending: { kind: 'deadHalt' } })
  expect(events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))).toEqual([
    'the guest says by pvpanic that it has panicked',
    'the guest says by pvpanic that it has panicked, and starts a kernel that dumps it',
  ])
  expect(await machine.timeline()).toMatchObject([
    { kind: 'guestPanic', goesOn: false },
    { kind: 'guestPanic', goesOn: true },
  ])
  await machine.close()
})
