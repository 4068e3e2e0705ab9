import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import { clocks, load, out, outWord, store, tellDoubleWord, tellWord, wait } from './chip-script.ts'

const pm = 0x600
const [status, enable, timer] = [pm, pm + 2, pm + 8]
const apic = 0xfee0_0000

/** Intel 290562, section 7.2; ACPI 4.0, section 4.8.3. */
const power: readonly ChipRow[] = [
  ['the timer has 24 bits', '00000000', tellDoubleWord(timer, 0xff00_0000)],
  [
    'enables are kept',
    '0521 0000',
    outWord(enable, 0x0521),
    tellWord(enable),
    outWord(enable, 0),
    tellWord(enable),
  ],
  [
    'a status is not set by writing it',
    '0000',
    outWord(status, 0xffff),
    outWord(status, 0x0521),
    tellWord(status, 0x0520),
  ],
]

/** Ticks of each clock in one of the PM timer's: 14.31818 MHz × 70, the same / 12, the APIC's by 1. */
const agree = (told: readonly number[]) => {
  const [tsc = 0, timer = 0, pit = 0, apic = 0, laterTsc = 0, laterTimer = 0, laterPit = 0, laterApic = 0] =
    told
  const counts = (laterTimer - timer) & 0xff_ffff
  const ticks = (laterTsc - tsc) >>> 0
  const pitTicks = ((pit - laterPit) & 0xffff) * 840
  const apicTicks = (apic - laterApic) >>> 0
  const isOne = (other: number, unit: number) => Math.abs(ticks - other) <= unit
  const isAll = isOne(counts * 280, 280) && isOne(pitTicks, 840) && isOne(apicTicks, 1) && counts > 7000
  return isAll ? null : `the same time: ${ticks}, ${counts * 280}, ${pitTicks}, ${apicTicks}`
}

const time: readonly ChipRow[] = [
  // SDM volume 3, APIC Timer (11.5.4; 10.5.4 in older editions).
  [
    'the APIC timer stops at 0 in one-shot mode',
    '00000000',
    ...[store(apic + 0x3e0, 0x0b), store(apic + 0x320, 0x1_0000), store(apic + 0x380, 1000)],
    ...[wait(100), load(apic + 0x390)],
  ],
  [
    'time stamp counter, PM timer, PIT and APIC timer go through the same time',
    agree,
    'exact',
    ...[store(apic + 0x3e0, 0x0b), store(apic + 0x320, 0x1_0000), store(apic + 0x380, 0xffff_ffff)],
    ...[out(0x43, 0x34), out(0x40, 0, 0), wait(100), clocks, wait(2000), clocks],
  ],
]

describe.each(eachEngine)('PM1, PM timer and the other clocks on $name', (engine) => {
  test('do as their data sheets say', () => expectChip(engine, [...power, ...time]))
})
