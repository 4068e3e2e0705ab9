// Forty images as test files against a shell loop of the same parallelism.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { qemuArguments } from './bare-qemu.mjs'
import { alternate } from './measure.mjs'

export const imageCount = 40
const rounds = 5
const workers = availableParallelism()

const root = fileURLToPath(new URL('..', import.meta.url))
const execute = promisify(execFile)

/** Name to durations in milliseconds: `shell loop`, `kernelProject`, `empty project`. */
export async function manyImages() {
  const folder = join(root, '.kerneltest/bench')
  rmSync(folder, { recursive: true, force: true })
  const full = project(join(folder, 'full'), imageCount)
  const empty = project(join(folder, 'empty'), 0)
  const times = await alternate(
    {
      'shell loop': () => shellLoop(full),
      kernelProject: () => vitest(full),
      'empty project': () => vitest(empty),
    },
    rounds,
  )
  rmSync(folder, { recursive: true })
  return times
}

function project(folder, images) {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < images; index++) {
    copyFileSync(join(root, 'examples/hello-serial/hello-serial.elf'), join(folder, `kernel-${index}.elf`))
  }
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { kernelProject } from 'kerneltest/vitest'
import { defineConfig } from 'vitest/config'
export default defineConfig({
  test: { maxWorkers: ${workers}, passWithNoTests: ${images === 0}, projects: [kernelProject({ include: ['*.elf'] })] },
})
`,
  )
  return folder
}

/** `xargs` fails if one of the images does not exit with 0x10. */
async function shellLoop(folder) {
  const qemu = `qemu-system-x86_64 ${qemuArguments('"$1"').join(' ')} >/dev/null; [ $? = 33 ]`
  const script = `ls *.elf | xargs -P ${workers} -n 1 sh -c '${qemu}' sh`
  await execute('sh', ['-c', script], { cwd: folder })
}

async function vitest(folder) {
  await execute(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run'], { cwd: folder })
}
