// What to do to boot an image, as `boot` without options would.
import { readFileSync } from 'node:fs'
import { makePlan } from '../dist/src/boot/make-plan.js'
import { bytesSource } from '../dist/src/image/byte-source.js'
import { readImage } from '../dist/src/image/read.js'

const options = {
  protocol: null,
  machine: 'pc',
  memoryMiB: null,
  cpus: 1,
  cpu: { model: null, features: {}, seed: null },
  firmware: null,
  commandLine: null,
  modules: [],
  disks: [],
  floppies: [],
  cds: [],
  exitPort: undefined,
  debugConsole: 0xe9,
  startTime: null,
}

export const planOf = (path) => makePlan(readImage(bytesSource(readFileSync(path)), path), { path }, options)
