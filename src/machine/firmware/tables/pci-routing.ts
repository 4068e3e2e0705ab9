/**
 * How the PCI slots of the i440FX board are wired: the function that is the interrupt router and ISA bridge,
 * and the IRQs that POST gives to its four inputs PIRQA# to PIRQD#, by its registers 60h to 63h.
 */
export const pciRouting = {
  router: { device: 1, function: 0, vendor: 0x8086, id: 0x122e },
  registers: [0x60, 0x61, 0x62, 0x63],
  irqs: [10, 10, 11, 11],
  /** Bits of IRQs that the router can be given: all but 0, 1, 2, 8 and 13. */
  possibleIrqs: 0xdef8,
  devices: { first: 1, last: 31 },
} as const

/** The router's input that a slot's INTA# (0) to INTD# (3) leads to: 0 is PIRQA#. */
export function routerInput(device: number, pin: number): number {
  return (device - pciRouting.router.device + pin) % 4
}
