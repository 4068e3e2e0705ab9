// A user's project: an empty directory with the packed package, a Vitest, a Node and the examples in it.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Packs the repository as `npm publish` would; answers the path of the tarball. */
export function pack(root, destination) {
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', destination], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return join(destination, JSON.parse(output)[0].filename)
}

/** What earlier runs in the repository may have left in the examples' folders. */
const leftBehind = new Set(['node_modules', '.vitest', '.vitest-attachments', '.kerneltest'])

/** Installs `tarball` beside the host's Vitest and Node into the new directory `directory`. */
export function install(root, directory, tarball, host) {
  mkdirSync(directory)
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const manifest = {
    private: true,
    type: 'module',
    dependencies: {
      kerneltest: `file:${tarball}`,
      vitest: host.vitest,
      '@vitest/ui': host.vitest,
      node: host.node,
      typescript: devDependencies.typescript,
      '@types/node': host.node,
    },
  }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest, null, 2))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  cpSync(join(root, 'examples'), join(directory, 'examples'), {
    recursive: true,
    filter: (path) => !leftBehind.has(basename(path)),
  })
  const project = new Project(directory)
  const version = execFileSync('node', ['--version'], { env: project.env, encoding: 'utf8' })
  if (!version.startsWith(`v${host.node}.`)) throw new Error(`wanted Node ${host.node}, got ${version}`)
  return project
}

export class Project {
  constructor(directory) {
    this.directory = directory
    const path = `${join(directory, 'node_modules/.bin')}:${process.env.PATH}`
    this.env = { ...process.env, PATH: path, NO_COLOR: '1', CI: 'true' }
    // Options of the run that started us would leak into Vitest and npm.
    for (const name of Object.keys(this.env))
      if (/^(npm_|VITEST|NODE_OPTIONS)/.test(name)) delete this.env[name]
  }

  path(...parts) {
    return join(this.directory, ...parts)
  }

  /**
   * Runs an installed command in an example's folder. Rejects if its status is not `status`, with its output.
   */
  async run(example, command, args, { status = 0, timeoutMs = 120_000 } = {}) {
    const child = this.start(example, command, args)
    const timer = setTimeout(() => child.process.kill('SIGKILL'), timeoutMs)
    const code = await child.ended
    clearTimeout(timer)
    if (code === status) return child.output()
    const line = [command, ...args].join(' ')
    throw new Error(`\`${line}\` in examples/${example}: status ${code}, not ${status}\n${child.output()}`)
  }

  /** Starts an installed command; its output is collected. */
  start(example, command, args) {
    const child = spawn(command, args, {
      cwd: this.path('examples', example),
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data))
    const ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve(code ?? signal))
    })
    return { process: child, ended, output: () => text }
  }

  /** Runs Vitest once and answers its JSON report. */
  async report(example, args = [], options = {}) {
    const file = this.path('examples', example, 'report.json')
    await this.run(
      example,
      'vitest',
      ['run', '--reporter=json', `--outputFile.json=${file}`, ...args],
      options,
    )
    return JSON.parse(readFileSync(file, 'utf8'))
  }
}
