import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { machineTables } from '../../src/machine/machine-table.ts'
import type { Chips } from '../../src/machine/table-rows.ts'
import { root } from '../tidy/source-file.ts'

/** Where a chip is told of, and by which name of its data sheet it is found there and in its file. */
type Row = readonly [heading: string, name: RegExp, file: string, test: string]

const pic: Row = ['8259A pair', /8259A/, 'pic', 'pic']
const dma: Row = ['8237A pair', /8237A/, 'dma-controller', 'dma-controller']
const ide: Row = ['IDE channels', /ATA\/ATAPI/, 'ide-channel', 'ide']
const uart: Row = ['16550A', /16550/, 'uart16550', 'uart16550']
const host = 'host bridge'

const chips: Readonly<Record<keyof Chips, Row>> = {
  apic: ['Local APIC', /local APIC|Local APIC|SDM/, 'local-apic', 'local-apic'],
  master: pic,
  slave: pic,
  edgeLevelControl: ['8259A pair', /(?:^|\W)ELCR|Level Control/, 'edge-level-control', 'small-chips'],
  coprocessor: ['Ports of the chip set', /F0h/, 'coprocessor-error', 'small-chips'],
  pit: ['8254', /8254|231164/, 'pit', 'pit'],
  systemControlB: ['System control port B', /61h/, 'system-control-b', 'power-management'],
  rtc: ['RTC and CMOS RAM', /MC146818A/, 'rtc', 'rtc'],
  power: ['Power management block', /section 7\.2/, 'power-management', 'power-management'],
  keyboard: ['Keyboard, mouse', /[Kk]eyboard/, 'keyboard', 'keyboard-controller'],
  mouse: ['Keyboard, mouse', /[Mm]ouse/, 'mouse', 'keyboard-controller'],
  keyboardController: ['8042', /8042|Keyboard and Auxiliary/, 'keyboard-controller', 'keyboard-controller'],
  systemControl: ['Ports of the chip set', /92h/, 'system-control', 'small-chips'],
  resetControl: ['Ports of the chip set', /CF9h/, 'reset-control', 'small-chips'],
  pciBus: ['PCI configuration', /3\.2\.2\.3\.2/, 'pci-bus', 'pci'],
  vga: ['VGA', /VGA/i, 'vga', 'vga'],
  com1: uart,
  com2: uart,
  com3: uart,
  com4: uart,
  dma,
  wordDma: dma,
  dmaPages: ['8237A pair', /80h/, 'dma-pages', 'dma-controller'],
  floppy: ['82077AA', /82077AA/, 'floppy-controller', 'floppy-controller'],
  smbus: ['SMBus (700h)', /section 7\.3/, 'smbus-host', 'small-chips'],
  fwCfg: ['fw_cfg', /specs\/fw_cfg/, 'fw-cfg', 'small-chips'],
  pvpanic: ['pvpanic', /pvpanic/, 'pvpanic', 'small-chips'],
  shutdownPort: ['Power-off ports', /8900h/, 'shutdown-port', 'small-chips'],
  oldPowerPort: ['Power-off ports', /B004h|before 2\.0/, 'old-power-port', 'small-chips'],
  firmwareTrap: ['Ports of the chip set', /[Tt]rap|calls the firmware/, 'firmware-trap', 'small-chips'],
  debugExit: ['isa-debug-exit', /isa-debug-exit/, 'debug-exit', 'small-chips'],
  debugConsole: ['isa-debug-exit', /debug/, 'debug-console', 'small-chips'],
  primaryIde: ide,
  secondaryIde: ide,
}

const functions: Readonly<Record<string, Row>> = {
  'pc hostBridge': [`82441FX ${host}`, /290549/, 'i440fx', 'pci-functions'],
  'pc isaBridge': ['82371SB', /290550/, 'piix3', 'pci-functions'],
  'pc ide': ['82371SB', /290550/, 'piix3', 'pci-functions'],
  'pc powerFunction': ['82371AB', /290562/, 'piix4-power', 'pci-functions'],
  'pc vga': ['VGA function', /QEMU/, 'vga-function', 'pci-functions'],
  'q35 hostBridge': [`Q35 ${host}`, /316966/, 'q35-host-bridge', 'pci-functions'],
  'q35 vga': ['VGA function', /QEMU/, 'vga-function', 'pci-functions'],
  'q35 lpcBridge': ['ICH9 LPC bridge', /316972/, 'ich9-lpc', 'pci-functions'],
  'q35 smbus': ['ICH9 SMBus', /316972/, 'ich9-smbus', 'pci-functions'],
}

const page = readFileSync(join(root, 'docs/devices.md'), 'utf8')

function sectionOf(heading: string): string {
  const sections = page.split(/^(?=##)/m)
  return sections.find((section) => section.replace(/^#+ /, '').startsWith(heading)) ?? ''
}

test('every row of the machine tables is in this list', () => {
  for (const table of Object.values(machineTables)) {
    expect(Object.keys(table.chips).toSorted()).toEqual(Object.keys(chips).toSorted())
  }
  const named = Object.entries(machineTables).flatMap(([shape, table]) =>
    Object.keys(table.functions).map((name) => `${shape} ${name}`),
  )
  expect(named.toSorted()).toEqual(Object.keys(functions).toSorted())
})

test.each(Object.entries({ ...chips, ...functions }))('%s: a page, a file, a test', (_, row) => {
  const [heading, name, file, tests] = row
  expect(sectionOf(heading)).toMatch(name)
  expect(readFileSync(join(root, `src/machine/devices/${file}.ts`), 'utf8')).toMatch(name)
  const text = readFileSync(join(root, `test/machine/devices/${tests}.test.ts`), 'utf8')
  expect(text.includes(`/${file}.ts'`) || name.test(text)).toBe(true)
})
