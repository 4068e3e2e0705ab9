// What to do to boot an image, as `boot` without options would.
import { readFileSync } from 'node:fs'
import { makePlan } from '../dist/src/boot/make-plan.js'
import { bytesSource } from '../dist/src/image/byte-source.js'
import { readImage } from '../dist/src/image/read.js'
import { checkOptions } from '../dist/src/session/options.js'

const options = { ...checkOptions({}), modules: [] }

export const planOf = (path) => makePlan(readImage(bytesSource(readFileSync(path)), path), { path }, options)
