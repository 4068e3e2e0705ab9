import type { Screen } from '../../observe/screen.ts'
import { readGraphicsScreen } from './graphics-screen.ts'
import type { Monitor } from './monitor.ts'
import { readTextScreen } from './text-screen.ts'

/** What the display shows: cells in text modes, pixels in all others. The machine must stand still. */
export async function readScreen(monitor: Monitor, directory: string): Promise<Screen> {
  return (await readTextScreen(monitor, directory)) ?? (await readGraphicsScreen(monitor, directory))
}
