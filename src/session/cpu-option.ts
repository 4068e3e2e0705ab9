import { type CpuFeature, type CpuModel, type CpuOptions, cpuFeatures, cpuModels } from '../boot/plan.ts'
import { didYouMean } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'
import type { BootOptions } from './boot-options.ts'
import { wrongValue } from './quantities.ts'

const keys: readonly string[] = ['model', 'features', 'seed']

/**
 * Checks `cpu` of {@link BootOptions}.
 * @throws KernelTestError KT4002 for a value that cannot be, KT4007 for an unknown model or feature.
 */
export function checkCpu(cpu: BootOptions['cpu']): CpuOptions {
  if (cpu === undefined) return { model: null, features: {}, seed: null }
  const isTable = typeof cpu === 'object' && cpu !== null && !Array.isArray(cpu)
  if (!isTable || Object.keys(cpu).some((key) => !keys.includes(key))) {
    throw wrongValue('cpu', cpu, "Give `{ model, features, seed }`, as `{ features: ['+la57'] }`.")
  }
  const { model, features = [], seed } = cpu
  if (!Array.isArray(features)) throw wrongValue('cpu.features', features, "Give a list, as `['+la57']`.")
  return {
    model: model === undefined ? null : checkModel(model),
    features: Object.fromEntries(features.map(checkFeature)),
    seed: seed === undefined ? null : checkSeed(seed),
  }
}

/**
 * The `cpu` option of a text as `x86-64-v2,+la57`: a model, features, or both.
 */
export function parseCpu(text: string): NonNullable<BootOptions['cpu']> {
  const parts = text.split(',')
  const isFeature = (part: string) => /^[+-]/.test(part)
  const [model, ...others] = parts.filter((part) => !isFeature(part))
  if (others.length > 0)
    throw noSuchPart('CPU model', parts.filter((part) => !isFeature(part)).join(','), cpuModels)
  // `checkCpu` looks at the names.
  const features = parts.filter(isFeature) as NonNullable<NonNullable<BootOptions['cpu']>['features']>
  return { ...(model !== undefined && { model: model as CpuModel }), features }
}

function checkModel(value: unknown): CpuModel {
  const model = cpuModels.find((known) => known === value)
  if (model === undefined) throw noSuchPart('CPU model', value, cpuModels)
  return model
}

function checkFeature(value: unknown): readonly [CpuFeature, boolean] {
  const [, sign, name] = /^([+-])(.*)$/.exec(String(value)) ?? []
  const feature = cpuFeatures.find((known) => known === name)
  const spelt = cpuFeatures.map((known) => `+${known}`)
  if (feature === undefined) throw noSuchPart('CPU feature', value, spelt)
  return [feature, sign === '+']
}

function noSuchPart(what: string, value: unknown, known: readonly string[]): KernelTestError {
  const guess = typeof value === 'string' ? didYouMean(value, known) : ''
  const list = `There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.`
  return new KernelTestError('KT4007', `there is no ${what} "${String(value)}"`, `${guess} ${list}`.trim())
}

function checkSeed(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw wrongValue('cpu.seed', value, 'Give a whole number from 0 to 2^53 - 1.')
}
