/** Bytes of a disk's sector, as partition tables and boot sectors count. */
export const sectorSize = 512
