import { afterAll, expect, test } from 'vitest'
import { ScratchProject } from './scratch-project.ts'

const plainTest = "import { expect, test } from 'vitest'\ntest('adds', () => expect(1 + 1).toBe(2))\n"
const plainConfig = "export default { test: { include: ['*.check.ts'] } }\n"
const twoProjects = `export default {
  test: { projects: [{ test: { name: 'a', include: ['a.check.ts'] } }, { test: { name: 'b', include: ['b.check.ts'] } }] },
}
`

const projects: ScratchProject[] = []
afterAll(() => {
  for (const project of projects) project.remove()
})

test.each([
  ['without a configuration', { 'a.test.ts': plainTest }, 1],
  ['of a configuration without the plugin', { 'a.check.ts': plainTest, 'vitest.config.ts': plainConfig }, 1],
  [
    'of projects without the plugin',
    { 'a.check.ts': plainTest, 'b.check.ts': plainTest, 'vitest.config.ts': twoProjects },
    2,
  ],
])('the command keeps a record of a run %s', { timeout: 60_000 }, async (_, files, count) => {
  const project = new ScratchProject(files)
  projects.push(project)
  expect(await project.command()).toMatchObject({ status: 0 })
  const { output } = await project.command('report')
  expect(output).toContain(
    ` UTC: ${count} passed, 0 failed, 0 skipped; 0 screenshots compared, 0 differ\n.kerneltest/report.html\n`,
  )
})
