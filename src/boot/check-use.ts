import { KernelTestError } from '../support/errors.ts'
import { type BootWay, isByFirmware } from './boot-ways.ts'
import type { PlanOptions } from './plan-options.ts'

/** @throws KernelTestError KT2007 for an option that would be ignored. */
export function checkUse(way: BootWay, options: PlanOptions): void {
  const { protocol } = way
  const { modules, commandLine } = options
  const byFirmware = isByFirmware(way)
  if (!byFirmware && options.firmware !== null) {
    throw unused(
      `${protocol} starts the kernel without a firmware`,
      'Leave out the option firmware: it is for disks and ISOs.',
    )
  }
  if (!byFirmware && options.bootOrder !== null) {
    throw unused(
      `bootOrder: ${protocol} starts the kernel whatever is in the drives`,
      'Leave it out: it is for disks and ISOs.',
    )
  }
  if (byFirmware || protocol === 'elf64') {
    const reason = byFirmware
      ? `a firmware passes nothing to what it starts from a ${protocol === 'iso' ? 'CD' : protocol}`
      : 'a plain ELF64 has no protocol to pass it by'
    const hint = byFirmware
      ? "Put it in the configuration of the image's own boot loader, or boot the kernel file directly."
      : 'Give the kernel a multiboot header or a PVH note.'
    if (modules.length > 0) throw unused(`modules: ${reason}`, hint)
    if (commandLine !== null) throw unused(`commandLine: ${reason}`, hint)
  }
  if (protocol === 'linux' && modules.length > 1) {
    throw unused(
      `Linux takes one module, its initrd, and not ${modules.length}`,
      'Concatenate several cpio archives into one file.',
    )
  }
}

function unused(reason: string, hint: string): KernelTestError {
  return new KernelTestError('KT2007', reason, hint)
}
