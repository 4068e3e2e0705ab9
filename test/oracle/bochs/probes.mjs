// `node test/oracle/bochs/probes.mjs compare|record|bochs|log|list|document [part of "group: name"]`
// README.md says more.
import { runnerImport } from 'vite'

const [command = 'compare', filter = ''] = process.argv.slice(2)
const { module } = await runnerImport(new URL('commands.ts', import.meta.url).pathname)
const run = module.commands[command]
if (!run) throw new Error(`There is no ${command}; there is: ${Object.keys(module.commands).join(', ')}`)
process.exitCode = await run(filter, (line) => process.stdout.write(`${line}\n`))
