/** How PCI slots are wired to the inputs of the function that is interrupt router and ISA bridge. */
export interface PciRouting {
  readonly router: {
    readonly device: number
    readonly function: number
    readonly vendor: number
    /** Of the router that it is compatible with. */
    readonly id: number
  }
  /** By input, PIRQA# first: the router's register, and the IRQ that POST gives to it there. */
  readonly inputs: readonly { readonly register: number; readonly irq: number }[]
  /** The input that a slot's INTA# (0) to INTD# (3) leads to: 0 is PIRQA#. */
  readonly inputOf: (device: number, pin: number) => number
}

/** Bits of IRQs that a router can be given: all but 0, 1, 2, 8 and 13. */
export const possibleIrqs = 0xdef8

/** Slots that have interrupts. */
export const routedSlots = { first: 1, last: 31 } as const

const postIrqs = [10, 10, 11, 11]
const inputsAt = (first: number) => postIrqs.map((irq, index) => ({ register: first + index, irq }))

const rootComplexSlot = 25
const bridgeSlot = 30

/**
 * `pc`: pins turn by one from slot to slot. `q35`: the ICH9's own functions have PIRQA# to PIRQD#, as its
 * root complex registers say after a reset (Intel 316972, D31IR); slots, and what is behind the PCI bridge,
 * the other four, in turn as QEMU's.
 */
export const pciRoutings = {
  pc: {
    router: { device: 1, function: 0, vendor: 0x8086, id: 0x122e },
    inputs: inputsAt(0x60),
    inputOf: (device, pin) => (device - 1 + pin) % 4,
  },
  q35: {
    router: { device: 31, function: 0, vendor: 0x8086, id: 0x2918 },
    inputs: [...inputsAt(0x60), ...inputsAt(0x68)],
    inputOf: (device, pin) => {
      if (device === bridgeSlot) return 4 + pin
      return device >= rootComplexSlot ? pin : 4 + ((device + pin) % 4)
    },
  },
} as const satisfies Readonly<Record<string, PciRouting>>
