import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findQemu, type Qemu } from '../../../src/engines/qemu/find-qemu.ts'

const { KERNELTEST_TEST_QEMUS, XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env

/** Where `scripts/fetch-qemu.sh` unpacks QEMU 10.0. */
const unpacked = join(XDG_CACHE_HOME, 'kerneltest', 'qemu-10', 'qemu-system-x86_64')

/**
 * The QEMUs that the engine is tested with: those in KERNELTEST_TEST_QEMUS (paths, separated by colons), else
 * the installed one and, where it was unpacked, 10.0; `none` stands for no QEMU at all.
 */
export const testQemus: readonly Qemu[] = await Promise.all(
  paths().map((path) => findQemu(path === null ? process.env : { KERNELTEST_QEMU: path })),
)

function paths(): readonly (string | null)[] {
  if (KERNELTEST_TEST_QEMUS === 'none') return []
  if (KERNELTEST_TEST_QEMUS) return KERNELTEST_TEST_QEMUS.split(delimiter)
  return [null, ...(existsSync(unpacked) ? [unpacked] : [])]
}
