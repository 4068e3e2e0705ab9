import type { Frame } from './frame.ts'
import { answer, bySubfunction } from './int15-call.ts'
import { openMousePort, tellMouse } from './mouse-port.ts'
import type { Outcome, Platform, Service } from './service.ts'

const error = { unknownFunction: 0x01, invalidInput: 0x02, interface: 0x03, noHandler: 0x05 } as const
const command = {
  scale1: 0xe6,
  scale2: 0xe7,
  setResolution: 0xe8,
  status: 0xe9,
  identify: 0xf2,
  setRate: 0xf3,
  enable: 0xf4,
  disable: 0xf5,
  reset: 0xff,
} as const
const rates = [10, 20, 40, 60, 80, 100, 200] as const
const mostResolution = 3
const mostPacketBytes = 8
/** Bits of the flags in the extended BIOS data area. */
export const mouseFlag = { hasHandler: 0x80, count: 0x07 } as const

type Told = (answer: readonly number[], frame: Frame) => void

/** Says `bytes` to the mouse; what it answers goes into registers. */
function tell(frame: Frame, { ports }: Platform, bytes: readonly number[], use: Told = () => {}): Outcome {
  const told = tellMouse(ports, bytes)
  if (!told) return answer(frame, error.interface)
  use(told, frame)
  return answer(frame)
}

const switchOn: Service = (frame, platform) => {
  const { bh } = frame.regs
  if (bh > 1) return answer(frame, error.invalidInput)
  if (bh === 0) return tell(frame, platform, [command.disable])
  if ((platform.data.mouseSize & mouseFlag.hasHandler) === 0) return answer(frame, error.noHandler)
  openMousePort(platform.ports)
  return tell(frame, platform, [command.enable])
}

/** The result of the test and the device's number. */
const reset: Service = (frame, platform) =>
  tell(frame, platform, [command.reset], ([result = 0, id = 0], { regs }) => {
    Object.assign(regs, { bl: result, bh: id })
  })

/** Reports a second, by their number. */
const setRate: Service = (frame, platform) => {
  const rate = rates[frame.regs.bh]
  if (rate === undefined) return answer(frame, error.invalidInput)
  return tell(frame, platform, [command.setRate, rate])
}

const setResolution: Service = (frame, platform) => {
  const { bh } = frame.regs
  if (bh > mostResolution) return answer(frame, error.invalidInput)
  return tell(frame, platform, [command.setResolution, bh])
}

const identify: Service = (frame, platform) =>
  tell(frame, platform, [command.identify], ([id = 0], { regs }) => {
    regs.bh = id
  })

/** BH is the size of a packet. */
const initialize: Service = (frame, platform) => {
  const { bh } = frame.regs
  if (bh < 1 || bh > mostPacketBytes) return answer(frame, error.invalidInput)
  const { data } = platform
  data.mouseCount = 0
  data.mouseSize = (data.mouseSize & mouseFlag.hasHandler) | (bh - 1)
  return reset(frame, platform)
}

const extended: Service = (frame, platform) => {
  const { bh } = frame.regs
  if (bh === 0) {
    return tell(frame, platform, [command.status], ([status = 0, resolution = 0, rate = 0], { regs }) => {
      Object.assign(regs, { bl: status, cl: resolution, dl: rate })
    })
  }
  if (bh > 2) return answer(frame, error.unknownFunction)
  return tell(frame, platform, [bh === 1 ? command.scale1 : command.scale2])
}

/** ES:BX, called with a packet; 0:0: nobody. */
const setHandler: Service = (frame, { data }) => {
  const [offset, segment] = [frame.regs.bx, frame.selector('es')]
  const size = data.mouseSize & mouseFlag.count
  Object.assign(data, { mouseOffset: offset, mouseSegment: segment, mouseCount: 0 })
  data.mouseSize = offset === 0 && segment === 0 ? size : size | mouseFlag.hasHandler
  return answer(frame)
}

export const mouseFunctions = new Map<number, Service>([
  [
    0xc2,
    bySubfunction(
      [
        [0x00, switchOn],
        [0x01, reset],
        [0x02, setRate],
        [0x03, setResolution],
        [0x04, identify],
        [0x05, initialize],
        [0x06, extended],
        [0x07, setHandler],
      ],
      (frame) => answer(frame, error.unknownFunction),
    ),
  ],
])
