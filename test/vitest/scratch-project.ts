import { spawn } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface TestOutcome {
  readonly name: string
  readonly status: string
  readonly messages: readonly string[]
}

export interface RunOutcome {
  readonly status: number | null
  readonly output: string
  readonly tests: readonly TestOutcome[]
}

/** A user's project in a directory of its own, with the built package and this repository's Vitest in it. */
export class ScratchProject {
  readonly root = mkdtempSync(join(tmpdir(), 'kerneltest-project-'))

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(join(this.root, 'node_modules'))
    for (const name of ['vitest', 'vite']) {
      symlinkSync(join(repository, 'node_modules', name), join(this.root, 'node_modules', name))
    }
    symlinkSync(repository, join(this.root, 'node_modules', 'kerneltest'))
    this.write('package.json', '{ "type": "module" }')
    for (const [path, text] of Object.entries(files)) this.write(path, text)
  }

  path(path: string): string {
    return join(this.root, path)
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), content)
  }

  /** Copies an image, with one text in it replaced by another of the same length. */
  image(source: string, path: string, replace?: readonly [from: string, to: string]): void {
    copyFileSync(source, this.path(path))
    if (replace === undefined) return
    const [from, to] = replace
    const bytes = readFileSync(source)
    const at = bytes.indexOf(from)
    if (at < 0 || from.length !== to.length) throw new Error(`cannot replace ${from} by ${to}`)
    bytes.write(to, at, 'latin1')
    this.write(path, bytes)
  }

  /** Paths below `folder`, sorted; none when it is not there. */
  files(folder: string): readonly string[] {
    try {
      const entries = readdirSync(this.path(folder), { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile())
      return files.map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1)).sort()
    } catch {
      return []
    }
  }

  /** `vitest run`, outside CI unless `env` says otherwise. */
  async vitest(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<RunOutcome> {
    const report = this.path('vitest-report.json')
    rmSync(report, { force: true })
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
    const { status, output } = await this.run([vitest, 'run', ...reporters, ...args], env)
    return { status, output, tests: outcomesOf(report) }
  }

  /** The `kerneltest` command. */
  command(...args: readonly string[]): Promise<{ status: number | null; output: string }> {
    return this.run([join(repository, 'dist/src/cli/main.js'), ...args], {})
  }

  async run(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<{ status: number | null; output: string }> {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|CI$|GITHUB|NO_COLOR|FORCE_COLOR)/.test(name),
    )
    const child = spawn(process.execPath, argv, {
      cwd: this.root,
      env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { status, output: stripVTControlCharacters(output) }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

function outcomesOf(path: string): readonly TestOutcome[] {
  const report: JsonReport = JSON.parse(readFileSync(path, 'utf8'))
  return report.testResults
    .flatMap((file) => file.assertionResults)
    .map(({ ancestorTitles, title, status, failureMessages }) => ({
      name: [...ancestorTitles, title].join(' > '),
      status,
      messages: failureMessages.map((message) =>
        stripVTControlCharacters(message).replace(/(\n {4}at .*)+$/, ''),
      ),
    }))
}
