import { ports as layout } from '../../layout.ts'
import type { FloppyDrive } from '../../media/drive.ts'
import { vectorOf } from '../vga-bios/vectors.ts'
import type { Platform } from './service.ts'

const digitalOutput = layout.floppy.first + 2
/** Of the digital output register, besides drive and motors: out of reset, with DMA and interrupts. */
const running = 0x0c
const firstMotor = 4
const motorBits = 0x0f
const parametersVector = 0x1e
/** In the drives' parameters: how long motors go on. */
const motorTicksAt = 2

/** A byte of the drives' parameters, which programs may have replaced by their own. */
export function floppyParameter({ memory }: Platform, at: number): number {
  return memory.readNumber(vectorOf(memory, parametersVector) + at, 1)
}

/** The motor of a drive runs, and its time begins anew; what a CD emulates has none. */
export function runMotor(platform: Platform, { id }: FloppyDrive): void {
  const { data, drives, ports } = platform
  const drive = [...drives.values()].find((one) => one.kind === 'floppy' && one.id === id)?.number
  if (drive === undefined) return
  data.floppyMotors = (data.floppyMotors & ~motorBits) | (1 << drive)
  data.floppyMotorTicks = floppyParameter(platform, motorTicksAt)
  ports.write(digitalOutput, 1, running | (1 << (firstMotor + drive)) | drive)
}

export function stopMotors({ data, ports }: Platform): void {
  data.floppyMotors &= ~motorBits
  ports.write(digitalOutput, 1, running)
}
