import { inspect } from 'node:util'
import { nsPerMs } from '../observe/instant.ts'
import { KernelTestError } from '../support/errors.ts'

const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }
const mibPerUnit: Readonly<Record<string, number>> = {
  '': 1,
  M: 1,
  MiB: 1,
  MB: 1,
  G: 1024,
  GiB: 1024,
  GB: 1024,
}

/** `500ms`, `1.5s`, `2m`, or milliseconds. In nanoseconds. @throws KernelTestError KT4002 */
export function durationNs(option: string, value: unknown): bigint {
  const ms = typeof value === 'string' ? scaled(value, msPerUnit) : value
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms <= 0) {
    throw wrongValue(option, value, 'Give milliseconds as a number, or a text as `500ms`, `30s`, `2m`.')
  }
  return BigInt(Math.round(ms * Number(nsPerMs)))
}

/** `512M`, `2G`, or MiB. In MiB. @throws KernelTestError KT4002 */
export function memoryMiB(option: string, value: unknown): number {
  const mib = typeof value === 'string' ? scaled(value, mibPerUnit) : value
  if (typeof mib !== 'number' || !Number.isInteger(mib) || mib <= 0) {
    throw wrongValue(option, value, 'Give whole MiB as a number, or a text as `512M`, `2G`.')
  }
  return mib
}

export function wrongValue(option: string, value: unknown, hint: string): KernelTestError {
  return new KernelTestError('KT4002', `\`${option}\` cannot be ${shown(value)}`, hint)
}

function scaled(text: string, units: Readonly<Record<string, number>>): number | null {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text.trim()) ?? []
  const scale = units[unit ?? '']
  return scale === undefined ? null : Number(digits) * scale
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : inspect(value)
}
