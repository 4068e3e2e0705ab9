// What must hold in a user's project: each check has a name and fails with what it saw.
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'

const guestTests = [
  'guest_tests::trivial_assertion',
  'guest_tests::memory::keeps_what_it_is_given',
  'guest_tests::arithmetic::division_by_three',
]

const titles = (report) =>
  report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({ ...test, path: [...test.ancestorTitles, test.title].join('::') })),
  )
const withStatus = (report, status) => titles(report).filter((test) => test.status === status)

export const checks = [
  {
    title: 'the tests of every example pass',
    async run(project) {
      for (const example of readdirSync(project.path('examples'))) {
        const report = await project.report(example)
        assert.ok(withStatus(report, 'passed').length > 0, `${example}: no test ran`)
        assert.equal(withStatus(report, 'passed').length, titles(report).length, example)
      }
    },
  },
  {
    title: 'a kernel image is a test file: its tests have the names that the guest gave them',
    async run(project) {
      const report = await project.report('guest-tests', ['--project', 'kernels'])
      assert.deepEqual(
        withStatus(report, 'passed').map((test) => test.path),
        guestTests,
      )
    },
  },
  {
    title: 'a guest that fails or panics fails its tests, and those never run are not green',
    async run(project) {
      const config = ['--config', 'vitest.failing.config.ts']
      const report = await project.report('guest-tests', config, { status: 1 })
      const states = Object.fromEntries(titles(report).map((test) => [test.path, test.status]))
      assert.equal(states['guest_tests::two_and_two_are_five'], 'failed')
      assert.equal(states['guest_tests::after'], 'passed')
      assert.equal(states['guest_tests::heap::survives_a_huge_allocation'], 'failed')
      assert.equal(states['(1 test not run)'], 'skipped')
      const panic = titles(report).find((test) => test.path.endsWith('survives_a_huge_allocation'))
      assert.match(panic.failureMessages.join('\n'), /allocation error: 64 GiB/)
    },
  },
  {
    title: 'the default reporter shows files and closing lines',
    async run(project) {
      const output = await project.run('guest-tests', 'vitest', ['run'])
      assert.match(output, /passing\.elf/)
      assert.match(output, /Tests\s+\d+ passed/)
    },
  },
  {
    title: 'the junit reporter knows every guest test and its output',
    async run(project) {
      const file = project.path('examples/guest-tests/junit.xml')
      await project.run('guest-tests', 'vitest', ['run', '--reporter=junit', `--outputFile.junit=${file}`])
      const xml = readFileSync(file, 'utf8')
      assert.match(xml, /^<\?xml version="1\.0"/)
      for (const name of guestTests) assert.ok(xml.includes(name.split('::').at(-1)), `${name} in\n${xml}`)
      assert.match(xml, /failures="0"/)
    },
  },
  {
    title: 'the html reporter writes its page, with every guest test on it',
    async run(project) {
      // Its place differs: 4.1 takes html/ unless told otherwise, 5 takes .vitest/.
      await project.run('guest-tests', 'vitest', ['run', '--reporter=html'])
      const folders = ['html', '.vitest'].map((name) => project.path('examples/guest-tests', name))
      const folder = folders.find((name) => existsSync(join(name, 'index.html')))
      assert.ok(folder, `no index.html in ${folders.join(' or ')}`)
      const [data] = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.meta.json.gz'))
      assert.ok(data, `no data in ${folder}`)
      const page = gunzipSync(readFileSync(join(folder, data))).toString()
      for (const name of guestTests) assert.ok(page.includes(name.split('::').at(-1)), name)
    },
  },
  {
    title: '-t picks one guest test',
    async run(project) {
      const report = await project.report('guest-tests', ['--project', 'kernels', '-t', 'division_by_three'])
      assert.deepEqual(
        withStatus(report, 'passed').map((test) => test.path),
        ['guest_tests::arithmetic::division_by_three'],
      )
    },
  },
  {
    title: '--project leaves the other projects out',
    async run(project) {
      const report = await project.report('guest-tests', ['--project', 'host'])
      assert.ok(titles(report).length > 0, 'no test ran')
      assert.ok(titles(report).every((test) => test.title.startsWith('the harness')))
    },
  },
  {
    title: 'list names the image and its tests',
    async run(project) {
      const output = await project.run('guest-tests', 'vitest', ['list'])
      assert.match(output, /passing\.elf/)
      assert.match(output, /the harness ends with a panic/)
    },
  },
  { title: 'watch mode runs an image again when it changes', run: watchesImages },
  {
    title: 'types hold with skipLibCheck off',
    async run(project) {
      const compilerOptions = {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
        types: ['node'],
      }
      const uses = new URL('../../test/vitest/public-types.ts', import.meta.url)
      copyFileSync(uses, project.path('examples/public-types.ts'))
      writeFileSync(project.path('tsconfig.json'), JSON.stringify({ compilerOptions, include: ['examples'] }))
      await project.run('.', 'tsc', ['--noEmit', '-p', '..'])
    },
  },
  {
    title: 'the command is installed, boots an image and judges it',
    async run(project) {
      await project.run('hello-serial', 'kerneltest', ['--version'])
      const output = await project.run('hello-serial', 'kerneltest', ['run', 'hello-serial.elf'])
      assert.match(output, /Hello from a kernel!/)
      await project.run('hello-serial', 'kerneltest', ['run', 'hello-serial.elf', '--expect', 'hang'], {
        status: 1,
      })
      const json = await project.run('boot-sector', 'kerneltest', ['inspect', '--json', 'boot-sector.img'])
      assert.equal(typeof JSON.parse(json), 'object')
    },
  },
]

async function watchesImages(project) {
  const image = (name) => project.path('examples/guest-tests', name)
  copyFileSync(image('passing.elf'), image('kept.elf'))
  const watcher = project.start('guest-tests', 'vitest', ['watch', '--project', 'kernels'])
  const sees = async (pattern, what) => {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      if (pattern.test(watcher.output())) return
    }
    throw new Error(`${what}: not seen within 60 s in\n${watcher.output()}`)
  }
  try {
    await sees(/Waiting for file changes/, 'the first run')
    copyFileSync(image('failing.elf'), image('passing.elf'))
    await sees(/RERUN[\s\S]*1 failed/, 'the run after the image was replaced')
  } finally {
    copyFileSync(image('kept.elf'), image('passing.elf'))
    watcher.process.kill('SIGTERM')
    await watcher.ended
  }
}
