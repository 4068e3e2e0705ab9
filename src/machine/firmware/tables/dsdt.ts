import { floppyDmaChannel, irq, ports, softOff } from '../../layout.ts'
import { acpiTable } from './acpi-table.ts'
import { device, eisaId, integer, name, packageOf, scope, string } from './aml.ts'
import { type PciRouting, routedSlots } from './pci-routing.ts'
import {
  busNumbers,
  dma,
  io,
  ioWindow,
  irqNoFlags,
  memoryWindow,
  resourceTemplate,
} from './resource-template.ts'
import { type Bytes, joined } from './table-fields.ts'

const ioApicHole = 0xfec0_0000

interface PortRange {
  readonly first: number
  readonly count: number
}

interface IsaDevice {
  readonly id: string
  readonly plugAndPlayId: string
  readonly unit?: number
  readonly ports: readonly PortRange[]
  readonly irq?: number
  readonly dmaChannel?: number
}

const one = (first: number): PortRange => ({ first, count: 1 })

/** What stands behind the ISA bridge: a row each. */
const isaDevices: readonly IsaDevice[] = [
  {
    id: 'PIC',
    plugAndPlayId: 'PNP0000',
    ports: [ports.masterPic, ports.slavePic, ports.edgeLevelControl],
    irq: irq.cascade,
  },
  { id: 'TMR', plugAndPlayId: 'PNP0100', ports: [ports.pit], irq: irq.timer },
  { id: 'RTC', plugAndPlayId: 'PNP0B00', ports: [{ first: ports.rtc.first, count: 2 }], irq: irq.clock },
  { id: 'SPKR', plugAndPlayId: 'PNP0800', ports: [ports.systemControlB] },
  { id: 'FPU', plugAndPlayId: 'PNP0C04', ports: [ports.coprocessorError], irq: irq.coprocessor },
  {
    id: 'KBD',
    plugAndPlayId: 'PNP0303',
    ports: [one(ports.keyboardController.first), one(ports.keyboardController.first + 4)],
    irq: irq.keyboard,
  },
  {
    id: 'FDC',
    plugAndPlayId: 'PNP0700',
    ports: [ports.floppy, ports.floppyInput],
    irq: irq.floppy,
    dmaChannel: floppyDmaChannel,
  },
  { id: 'MOU', plugAndPlayId: 'PNP0F13', ports: [], irq: irq.mouse },
  { id: 'COM1', plugAndPlayId: 'PNP0501', unit: 1, ports: [ports.com1], irq: irq.serialA },
  { id: 'COM2', plugAndPlayId: 'PNP0501', unit: 2, ports: [ports.com2], irq: irq.serialB },
  { id: 'COM3', plugAndPlayId: 'PNP0501', unit: 3, ports: [ports.com3], irq: irq.serialA },
  { id: 'COM4', plugAndPlayId: 'PNP0501', unit: 4, ports: [ports.com4], irq: irq.serialB },
]

function isaDevice({ id, plugAndPlayId, unit, ports: ranges, irq: number, dmaChannel }: IsaDevice): Bytes {
  const interrupt = number === undefined ? [] : [irqNoFlags(number)]
  const channel = dmaChannel === undefined ? [] : [dma(dmaChannel)]
  return device(
    id,
    name('_HID', eisaId(plugAndPlayId)),
    unit === undefined ? [] : name('_UID', integer(unit)),
    name('_CRS', resourceTemplate(...ranges.map(io), ...interrupt, ...channel)),
  )
}

/** Each of four pins of each slot: the global system interrupt, which is the IRQ of a pair of 8259A. */
function routingPackage({ inputs, inputOf }: PciRouting): Bytes {
  const count = routedSlots.last - routedSlots.first + 1
  const entries = Array.from({ length: 4 * count }, (_, index) => {
    const slot = routedSlots.first + (index >> 2)
    const pin = index & 3
    const anyFunction = slot * 0x10000 + 0xffff
    const irq = inputs[inputOf(slot, pin)]?.irq ?? 0
    return packageOf(integer(anyFunction), integer(pin), integer(0), integer(irq))
  })
  return packageOf(...entries)
}

/** What the host bridge hands on: its own ports CF8h to CFFh are not among it. */
function rootWindows(ramBytes: number): Bytes {
  return resourceTemplate(
    busNumbers({ first: 0, last: 0xff }),
    io({ first: 0xcf8, count: 8 }),
    ioWindow({ first: 0, last: 0xcf7 }),
    ioWindow({ first: 0xd00, last: 0xffff }),
    memoryWindow({ first: 0xa0000, last: 0xbffff }),
    memoryWindow({ first: ramBytes, last: ioApicHole - 1 }),
  )
}

/**
 * The differentiated system description table: what cannot be found by looking (ACPI specification 6.0,
 * section 5.2.11.1).
 */
export function dsdt(ramBytes: number, routing: PciRouting): Bytes {
  const { router } = routing
  const terms = [
    name('_S5', packageOf(...[softOff, softOff, 0, 0].map(integer))),
    scope(
      '_SB',
      device('CPU0', name('_HID', string('ACPI0007')), name('_UID', integer(0))),
      device(
        'PCI0',
        name('_HID', eisaId('PNP0A03')),
        name('_UID', integer(0)),
        name('_BBN', integer(0)),
        name('_CRS', rootWindows(ramBytes)),
        name('_PRT', routingPackage(routing)),
        device(
          'ISA',
          name('_ADR', integer(router.device * 0x10000 + router.function)),
          ...isaDevices.map(isaDevice),
        ),
      ),
    ),
  ]
  return acpiTable('DSDT', 2, joined(terms))
}
