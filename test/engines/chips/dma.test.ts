import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import { out, tell } from './chip-script.ts'

/** A controller, by its first port and the distance of its registers: channel 1 is what is tried. */
function rowsOf(name: string, first: number, apart: number, page: number): readonly ChipRow[] {
  const port = (register: number) => first + register * apart
  const [address, count, status, request] = [port(2), port(3), port(8), port(9)]
  const [mask, mode, flipFlop, masterClear, allMasks] = [port(10), port(11), port(12), port(13), port(15)]
  const lower = out(flipFlop, 0)
  const both = (at: number) => [...lower, ...tell(at), ...tell(at)]
  const load = (at: number, low: number, high: number) => [...lower, ...out(at, low, high)]
  const clear = [...out(masterClear, 0), ...load(address, 0x34, 0x12), ...load(count, 0x0f, 0)]
  const rows: readonly ChipRow[] = [
    ['master clear masks all', '0f 00', 'quirk', out(masterClear, 0), tell(allMasks, 15), tell(status)],
    [
      'masks one by one',
      '0d 0f',
      'quirk',
      out(mask, 1),
      tell(allMasks, 15),
      out(mask, 5),
      tell(allMasks, 15),
    ],
    [
      'masks all at once',
      '05 00',
      'quirk',
      out(allMasks, 5),
      tell(allMasks, 15),
      out(port(14), 0),
      tell(allMasks, 15),
    ],
    ['an address and a count, low byte first', '34 12 0f 00', clear, both(address), both(count)],
    ['the flip-flop', '34 12 34', lower, tell(address), tell(address), tell(address)],
    ['is cleared by master clear too', '34', out(masterClear, 0), tell(address)],
    ['a page', '5a', out(page, 0x5a), tell(page)],
    // Verification in block mode, asked for by software: nothing reaches the bus.
    [
      'a request by software comes to its end',
      '02 00',
      'quirk',
      clear,
      out(mode, 0x81),
      out(request, 5),
      tell(status),
      tell(status),
    ],
    ['address and count behind it', '44 12 ff ff', 'quirk', both(address), both(count)],
    [
      'the channel is masked',
      '02',
      'quirk',
      clear,
      out(allMasks, 0),
      out(mode, 0x81),
      out(request, 5),
      tell(allMasks, 2),
    ],
    ['downwards', '24 12', 'quirk', clear, out(mode, 0xa1), out(request, 5), both(address)],
    ['auto-initialized', '34 12 0f 00', clear, out(mode, 0x91), out(request, 5), both(address), both(count)],
  ]
  return rows.map(([what, ...rest]) => [`${name}: ${what}`, ...rest])
}

/** Intel 231466; that masks can be read: 82378ZB, section 3.2.6. */
const rows = [...rowsOf('the first', 0, 1, 0x83), ...rowsOf('the second', 0xc0, 2, 0x8b)]

describe.each(eachEngine)('8237A pair on $name', (engine) => {
  test('does as its data sheet says', () => expectChip(engine, rows))
})
