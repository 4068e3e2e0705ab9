import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { closestName } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'

/**
 * Without a command, words name the tests to run: Vitest takes those whose path contains the word. A word
 * that is in no path, and almost a command, was meant to be one.
 * @throws KernelTestError KT6001
 */
export function refuseMisspeltCommand(word: string, commands: readonly string[]): void {
  const closest = /^[a-z]+$/i.test(word) ? closestName(word, commands) : null
  if (closest === null || existsSync(word) || isInPathUnder('.', word.toLowerCase())) return
  const hint = `Did you mean \`kerneltest ${closest}\`? Without a command, words name tests to run.`
  throw new KernelTestError('KT6001', `there is no command, and no file, \`${word}\``, hint)
}

function isInPathUnder(directory: string, wanted: string): boolean {
  return readdirSync(directory, { withFileTypes: true }).some((entry) => {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) return false
    if (entry.name.toLowerCase().includes(wanted)) return true
    return entry.isDirectory() && isInPathUnder(join(directory, entry.name), wanted)
  })
}
