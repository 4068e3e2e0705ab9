import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import { copy, load, out, store, tell, until } from './chip-script.ts'

const [data, command, systemControl] = [0x60, 0x64, 0x92]
/** The script is above 1 MiB, where an address without its bit 20 is one of these. */
const [script, belowOneMiB, scriptBytes] = [0x10_0000, 0, 0x8000]
const [even, odd] = [0x20_0000, 0x30_0000]

const to8042 = (port: number, value: number) => [...until(command, 2, 0), ...out(port, value)]
/** Bit 0 is the reset. */
const outputPort = (value: number) => [...to8042(command, 0xd1), ...to8042(data, value)]
const tellOutputPort = [...to8042(command, 0xd0), ...until(command, 1, 1), ...tell(data, 2)]
const by92h = { opens: out(systemControl, 2), closes: out(systemControl, 0) }
const byOutputPort = { opens: outputPort(0xdf), closes: outputPort(0xdd) }
const byCommand = { opens: to8042(command, 0xdf), closes: to8042(command, 0xdd) }

const bothOpen = [...by92h.opens, ...byCommand.opens]
const bothClose = [...by92h.closes, ...byCommand.closes]
/** Two where the line counts; where it is held low the second is the first. */
const look = [...store(even, 1), ...store(odd, 2), ...load(even, 0xff), ...load(odd, 0xff)]
const [apart, wraps] = ['00000001 00000002', '00000002 00000002']

/**
 * IBM PS/2 Hardware Interface Technical Reference, System Control Port A, and Keyboard and Auxiliary Device
 * Controller, output port; commands DDh and DFh: Ralf Brown's list, PORTS.LST, 0064h. That one route alone
 * keeps the line open: SMSC LPC47B27x, port 92h.
 */
const rows: readonly ChipRow[] = [
  ['firmware has opened it', apart, copy(script, belowOneMiB, scriptBytes), look],
  ['address bit 20 is 0 when all have closed it', wraps, bothClose, look],
  ['so it is for what is executed, as this is', '000000a5', store(0x2_0000, 0xa5), load(0x12_0000)],
  ['opened by port 92h', `02 ${apart}`, by92h.opens, tell(systemControl, 2), look],
  ['and closed', `00 ${wraps}`, by92h.closes, tell(systemControl, 2), look],
  ['by the output port of the 8042', `02 ${apart}`, byOutputPort.opens, tellOutputPort, look],
  ['and closed', `00 ${wraps}`, byOutputPort.closes, tellOutputPort, look],
  ['by command DFh', `02 ${apart}`, byCommand.opens, tellOutputPort, look],
  ['and closed by DDh', `00 ${wraps}`, byCommand.closes, tellOutputPort, look],
  ['one that the 8042 opened port 92h leaves open', apart, 'quirk', byCommand.opens, by92h.closes, look],
  ['and the other way round', apart, 'quirk', by92h.opens, byCommand.closes, look],
  [
    'what lies behind the gate stays as it is',
    '00000009 00000007',
    ...[bothOpen, store(odd, 7), bothClose, store(odd, 9), bothOpen, load(even), load(odd)],
  ],
]

describe.each(eachEngine)('the A20 gate on $name', (engine) => {
  test('is moved by each of its routes, and memory wraps', () => expectChip(engine, rows))
})
