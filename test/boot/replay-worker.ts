import { readFileSync } from 'node:fs'
import type { MachineShape } from '../../src/boot/plan.ts'
import { hashOf, MediaGuest } from '../machine/media-guest.ts'
import { mediumPlan } from './play.ts'
import type { RealMedium } from './real-media.ts'
import { type Recording, replay } from './recorded-run.ts'

/** A recorded run of a medium, for a process of another Node. */
export interface ReplayTask {
  readonly name: string
  readonly kind: RealMedium['kind']
  readonly shape: MachineShape
  readonly path: string
  readonly recording: Recording
}

// Its standard input is a task, its output the hash of what is left.
const { path, recording, ...row }: ReplayTask = JSON.parse(readFileSync(0, 'utf8'))
const guest = replay(new MediaGuest(mediumPlan({ ...row, image: () => path, steps: [] })), recording)
process.stdout.write(hashOf(guest.save()))
guest.close()
