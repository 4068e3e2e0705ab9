import { drivesNow } from './disk-emulation.ts'
import { diskStatus, fail } from './int13-call.ts'
import { cdFunctions, cdOfCall } from './int13-cd.ts'
import { chsFunctions } from './int13-chs.ts'
import { ejectFunctions } from './int13-eject.ts'
import { extendedFunctions } from './int13-extended.ts'
import { formatFunctions } from './int13-format.ts'
import type { Service } from './service.ts'

const functions = new Map([
  ...chsFunctions,
  ...formatFunctions,
  ...extendedFunctions,
  ...ejectFunctions,
  ...cdFunctions,
])

/** INT 13h: disks. DL is the drive. */
export const int13: Service = (frame, platform) => {
  const { ah, dl } = frame.regs
  const act = functions.get(ah)
  const drives = drivesNow(platform)
  const drive = cdOfCall(frame, drives) ?? drives.get(dl)
  const call = { frame, platform }
  return act && drive ? act({ ...call, drive }) : fail(call, diskStatus.invalid)
}
