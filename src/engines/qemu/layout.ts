/** File descriptors that QEMU or its watcher inherits. */
export const descriptors = {
  /** The watcher reads it to its end, which comes when our process, worker or test dies. */
  watch: 3,
  /** QMP, one end of a socket pair. */
  qmp: 4,
  /** Of the exit port's stand-in, one end of a socket pair. */
  exit: 5,
  /** Of the gdb stub, one end of a socket pair. */
  gdb: 6,
  /** Of the qtest protocol, one end of a socket pair: see `qtest-client.ts`. */
  qtest: 7,
} as const

/** Files in a machine's temporary directory. Outputs are named after their port. */
export const fileNames = {
  /** The ELF file for `-kernel`. */
  loader: 'loader.elf',
  /** This run's UEFI variables. */
  variables: 'uefi-variables.fd',
  resetLog: 'reset.log',
  standardError: 'stderr',
} as const
