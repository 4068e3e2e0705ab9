import { ports } from '../../layout.ts'
import { answer, bySubfunction } from './int15-call.ts'
import type { Service } from './service.ts'

/** In system control port A. */
const fastGate = 2
/** Commands of the 8042. */
const [openGate, closeGate] = [0xdf, 0xdd]
/** How the gate can be moved: by the 8042 and by port 92h. */
const routes = 3

/** Both ways: one alone keeps the gate open. */
function setGate(isOpen: boolean): Service {
  return (frame, { ports: space }) => {
    const { systemControl, keyboardController } = ports
    const before = space.read(systemControl.first, 1)
    space.write(systemControl.first, 1, isOpen ? before | fastGate : before & ~fastGate)
    space.write(keyboardController.first + 4, 1, isOpen ? openGate : closeGate)
    return answer(frame)
  }
}

const getGate: Service = (frame, { memory }) => {
  frame.regs.al = memory.isA20Open ? 1 : 0
  return answer(frame)
}

const getRoutes: Service = (frame) => {
  frame.regs.bx = routes
  return answer(frame)
}

export const a20Functions = new Map<number, Service>([
  [
    0x24,
    bySubfunction([
      [0x00, setGate(false)],
      [0x01, setGate(true)],
      [0x02, getGate],
      [0x03, getRoutes],
    ]),
  ],
])
