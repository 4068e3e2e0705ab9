/** The PCI function whose BIOS this is: QEMU's and Bochs' standard VGA. */
export const vgaIdentity = { vendor: 0x1234, device: 0x1111 } as const
