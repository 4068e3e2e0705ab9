import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernel } from '../kernels/build.ts'
import { type RunOutcome, ScratchProject } from './scratch-project.ts'

const config = `import { kernelProject, kerneltest } from 'kerneltest/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [kerneltest()],
  test: {
    projects: [
      { extends: true, test: { name: 'tests', include: ['*.test.ts'] } },
      kernelProject({ include: ['*.elf'], boot: { disks: ['images/none.img'] } }),
    ],
  },
})
`

const testFile = `import { test } from 'kerneltest'

const missing = 'images/missing.iso'
const here = 'images/here.img'

test('floppies', async ({ boot }) => {
  await boot(here, { floppies: [here, missing] })
})

test('cds', async ({ boot }) => {
  await boot(here, { cds: [here, missing] })
})

test('disks', async ({ boot }) => {
  await boot(here, { disks: [here, missing] })
})

test('modules', async ({ boot }) => {
  await boot('kernel.elf', { modules: [here, missing] })
})

test('a change, and what is saved', async ({ boot }) => {
  const vm = await boot(here, { engine: 'embedded', cds: [null] })
  await vm.changeDisk('cd1', here)
  await vm.disk('cd1').save('images/saved.iso')
  await vm.changeDisk('cd1', missing)
})
`

let project: ScratchProject
let run: RunOutcome
beforeAll(async () => {
  project = new ScratchProject({
    'deep/vitest.config.ts': config,
    'deep/paths.test.ts': testFile,
    'deep/images/.keep': '',
  })
  project.image(kernel('shows-greeting'), 'deep/kernel.elf')
  project.image(kernel('disk-user'), 'deep/images/here.img')
  run = await project.vitest(['--root', 'deep'])
}, 120_000)
afterAll(() => project.remove())

test('paths are seen from the root of the project, wherever Vitest was started', () => {
  const told = run.tests.map(({ name, messages }) => `${name}: ${messages.join('').split('\n')[0]}`)
  expect(told.sort().join('\n').replaceAll(project.root, 'PROJECT')).toMatchInlineSnapshot(`
    "a change, and what is saved: KernelTestError: KT4006: PROJECT/deep/images/missing.iso, named in \`changeDisk\`, does not exist
    cds: KernelTestError: KT4006: PROJECT/deep/images/missing.iso, named in \`cds\`, does not exist
    disks: KernelTestError: KT4006: PROJECT/deep/images/missing.iso, named in \`disks\`, does not exist
    floppies: KernelTestError: KT4006: PROJECT/deep/images/missing.iso, named in \`floppies\`, does not exist
    modules: KernelTestError: KT4006: PROJECT/deep/images/missing.iso, named in \`modules\`, does not exist"
  `)
  expect(run.output.replaceAll(project.root, 'PROJECT')).toContain(
    'KT4006: PROJECT/deep/images/none.img, named in `disks`, does not exist',
  )
  expect(project.files('deep/images')).toContain('deep/images/saved.iso')
})
