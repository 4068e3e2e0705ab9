import { ticksPerSecond } from '../../clock.ts'
import { acknowledged, controllerPort, hasByte, quietly } from './quiet-controller.ts'
import type { Outcome, Platform, Service } from './service.ts'

const setRateCommand = 0xf3
/** 10.9 characters a second after half a second: of the keyboard at power-on. */
export const usualRepeatRate = 0x2b
const most = { delay: 3, rate: 0x1f } as const
/** A key on its way is let in first, while somebody takes it. */
const retry = { ticks: Math.ceil(ticksPerSecond / 10_000), most: 20 } as const

function tellRate(tries: number, platform: Platform, value: number): Outcome {
  const { clock, data, ports } = platform
  if (hasByte(ports) && tries < retry.most) return { againAt: clock.now + retry.ticks, memo: tries + 1 }
  const isTaken = quietly(ports, () => tell(ports, setRateCommand) && tell(ports, value))
  if (isTaken) data.repeatRate = value
  return 'done'
}

function tell(ports: Platform['ports'], byte: number): boolean {
  ports.write(controllerPort.data, 1, byte)
  return hasByte(ports) && ports.read(controllerPort.data, 1) === acknowledged
}

const setUsual: Service = (frame, platform) => tellRate(frame.memo, platform, usualRepeatRate)

/** BH: 250 ms more than so many times; BL: from 30 characters a second, 0, down to 2, 1Fh. */
const setRate: Service = (frame, platform) => {
  const { bh, bl } = frame.regs
  if (bh > most.delay || bl > most.rate) return 'done'
  return tellRate(frame.memo, platform, (bh << 5) | bl)
}

const getRate: Service = ({ regs }, { data }) => {
  regs.bh = data.repeatRate >> 5
  regs.bl = data.repeatRate & most.rate
  return 'done'
}

const functions: Readonly<Record<number, Service>> = { 0: setUsual, 5: setRate, 6: getRate }

/** INT 16h function 03h, by AL: how keys that are held repeat (Ralf Brown's Interrupt List). */
export const repeatRate: Service = (frame, platform) => functions[frame.regs.al]?.(frame, platform) ?? 'done'
