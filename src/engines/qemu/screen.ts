import type { Screen } from '../../observe/screen.ts'
import { readGraphicsScreen } from './graphics-screen.ts'
import type { Monitor } from './monitor.ts'
import type { QtestClient } from './qtest-client.ts'
import { readTextScreen } from './text-screen.ts'

/**
 * What the display shows: cells in text modes, pixels in all others. The machine must stand still.
 * `directory` takes a file for a moment.
 */
export async function readScreen(monitor: Monitor, qtest: QtestClient, directory: string): Promise<Screen> {
  return (await readTextScreen(qtest)) ?? (await readGraphicsScreen(monitor, directory))
}
