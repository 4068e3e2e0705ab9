import type { Drive } from '../../media/drive.ts'
import { entryPoints, romSegment } from './bios-rom.ts'
import type { Frame } from './frame.ts'
import { transferTicks } from './int13-call.ts'
import { numberAt } from './little-endian.ts'
import type { Outcome, Platform, Service } from './service.ts'
import { print } from './teletype.ts'

const loadAddress = 0x7c00
const signature = 0xaa55
const sectorBytes = 512
const names = { floppy: 'Floppy', disk: 'Hard disk', cdrom: 'CD' } as const

/** INT 19h: starts what the first drive of the boot order holds. */
export const int19: Service = (frame, platform) => {
  if (!frame.isRepeated) platform.data.bootAttempt = 0
  return boot(frame, platform)
}

/** INT 18h: what was started gives up; the next drive's turn. */
export const int18: Service = (frame, platform) => {
  if (!frame.isRepeated) platform.data.bootAttempt++
  return boot(frame, platform)
}

function boot(frame: Frame, platform: Platform): Outcome {
  const { data, memory, clock, drives, bootOrder } = platform
  for (; data.bootAttempt < bootOrder.length; data.bootAttempt++) {
    const drive = drives.get(bootOrder[data.bootAttempt] ?? -1)
    if (!drive) continue
    const { medium } = drive
    if (!frame.isRepeated) return { againAt: clock.now + transferTicks(medium, 1) }
    const sector = bootSector(drive)
    if (typeof sector === 'string') {
      const number = drive.number.toString(16).padStart(2, '0').toUpperCase()
      print(platform, `${names[drive.kind]} ${number}h ${sector}.\r\n`)
      continue
    }
    memory.write(loadAddress, sector)
    start(frame, drive.number)
    return 'done'
  }
  print(platform, 'No bootable device.\r\n')
  frame.returnTo(romSegment, entryPoints.halt)
  return 'done'
}

/** Or why it cannot be booted. */
function bootSector({ medium }: Drive): Uint8Array | string {
  const sector = medium.read(0, 1).subarray(0, sectorBytes)
  if (numberAt(sector, sectorBytes - 2, 2) === signature) return sector
  return 'has no boot signature (55 AA at the end of its first sector)'
}

function start(frame: Frame, drive: number): void {
  const { regs } = frame
  for (const name of ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp'] as const) regs[name] = 0
  frame.setSegment('ds', 0)
  frame.setSegment('es', 0)
  regs.ax = signature
  regs.dl = drive
  frame.flag('if', true)
  frame.returnTo(0, loadAddress)
}
