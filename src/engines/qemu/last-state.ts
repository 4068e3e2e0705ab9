import type { Registers } from '../../observe/registers.ts'
import type { GraphicsScreen, Screen } from '../../observe/screen.ts'
import { readGraphicsScreen } from './graphics-screen.ts'
import type { LiveQemu } from './live-qemu.ts'
import { readRegisters } from './registers.ts'
import { readScreen } from './screen.ts'

/** How a machine looked when its run was over. Null: QEMU was gone before it could be read. */
export interface LastState {
  readonly registers: readonly Registers[] | null
  readonly screen: Screen | null
  /** Read when it is asked for first: QEMU stands still until it is closed, and a picture takes it 20 ms. */
  frame(): Promise<GraphicsScreen | null>
}

export const nothingLeft: LastState = {
  registers: null,
  screen: null,
  frame: () => Promise.resolve(null),
}

/** Reads what is there. Never rejects. The machine must stand still. */
export async function captureLastState({ monitor, qtest, process }: LiveQemu): Promise<LastState> {
  const [registers, screen] = await Promise.all([
    readRegisters(monitor).catch(() => null),
    readScreen(monitor, qtest, process.directory).catch(() => null),
  ])
  const read = () => readGraphicsScreen(monitor, process.directory).catch(() => null)
  let frame: ReturnType<LastState['frame']> | null =
    screen?.kind === 'graphics' ? Promise.resolve(screen) : null
  return {
    registers,
    screen,
    frame: () => {
      frame ??= read()
      return frame
    },
  }
}
