import { relative, resolve } from 'node:path'
import type { Plugin, TestProjectInlineConfiguration } from 'vitest/config'
import { type Expectation, expectationForms, parseExpectation } from '../observe/expectation.ts'
import type { OutputPort } from '../observe/output.ts'
import type { BootOptions } from '../session/boot-options.ts'
import { didYouMean } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'
import { auto } from './guest-languages/auto.ts'
import { blogOs } from './guest-languages/blog-os.ts'
import { exitCode } from './guest-languages/exit-code.ts'
import type { GuestLanguage } from './guest-languages/guest-language.ts'
import { guestRunner } from './guest-run.ts'
import { imageModules } from './image-modules.ts'
import { kernelPool } from './kernel-pool.ts'
import { kerneltest } from './plugin.ts'

/**
 * How a guest tells of its tests. `auto` looks for blog_os' lines and else judges the image by how it ends.
 */
export type GuestLanguageName = 'auto' | 'blog_os' | 'exitCode'

/** A project whose test files are kernel images. */
export interface KernelProjectOptions {
  /** Which images, as glob patterns from the project's root. */
  readonly include: readonly string[]
  /** Default: everything in `node_modules` and `.git`. */
  readonly exclude?: readonly string[]
  /** Of the project, for `--project`. Default `kernels`. */
  readonly name?: string
  /** From where paths count. Default: the root of the configuration that names the project. */
  readonly root?: string
  /** Default `auto`. */
  readonly language?: GuestLanguageName
  /** As `boot` takes them: for all images, or for each by its path relative to the root. */
  readonly boot?: KernelBootOptions | ((image: string) => KernelBootOptions)
  /** How a run ends whose tests all passed, as `kerneltest run --expect` takes it. Default `success`. */
  readonly expect?: string
  /** On which the guest tells of its tests. Default `com1`. */
  readonly port?: OutputPort
  /**
   * Wall-clock time for one test of a guest, in milliseconds. Default 30000; `boot.limit` bounds the whole
   * run.
   */
  readonly testTimeout?: number
  /** How often an image is booted again after a failure. Default 0. */
  readonly retry?: number
  /** What relative paths in panic messages stand for. Default: the root. */
  readonly sourceRoot?: string
}

/** {@link BootOptions} for an image that is a test file: it always runs to its ending. */
export type KernelBootOptions = Omit<BootOptions, 'until'>

const languages: Readonly<Record<GuestLanguageName, GuestLanguage>> = { auto, blog_os: blogOs, exitCode }
const defaultTimeout = 30_000
const defaultExclude: readonly string[] = ['**/node_modules/**', '**/.git/**']

/** A project stands by itself in Vitest 4; Vitest 5 must be told so, which 4's types do not know. */
const notExtending: object = { extends: false }

/**
 * A project for `test.projects` in which every image is a test file and every test that its guest tells of is
 * a test.
 * @throws KernelTestError KT5003 for an option, a language or an `expect` that does not exist.
 */
export function kernelProject(options: KernelProjectOptions): TestProjectInlineConfiguration {
  checkNames(options)
  const {
    include,
    exclude = defaultExclude,
    root,
    boot = {},
    port = 'com1',
    testTimeout = defaultTimeout,
    retry = 0,
  } = options
  const language = languageOf(options.language ?? 'auto')
  const expectation = expectationOf(options.expect ?? 'success')
  let isImage = (_id: string): boolean => false
  const images: Plugin = {
    name: 'kerneltest:kernels',
    configureVitest({ project }) {
      isImage = (id) => project.matchesTestGlob(id)
    },
  }
  const pool = kernelPool({
    language,
    guest: (path, projectRoot) => {
      const forImage = typeof boot === 'function' ? boot(relative(projectRoot, path)) : boot
      return guestRunner(path, { boot: forImage, root: projectRoot, expectation, port })
    },
    ...(options.sourceRoot === undefined ? {} : { sourceRoot: resolve(options.sourceRoot) }),
  })
  return {
    ...(root === undefined ? {} : { root }),
    ...notExtending,
    plugins: [imageModules((id) => isImage(id), language.tests), images, kerneltest()],
    test: {
      name: options.name ?? 'kernels',
      include: [...include],
      exclude: [...exclude],
      pool,
      testTimeout,
      retry,
    },
  }
}

const optionNames: readonly (keyof KernelProjectOptions)[] = [
  'include',
  'exclude',
  'name',
  'root',
  'language',
  'boot',
  'expect',
  'port',
  'testTimeout',
  'retry',
  'sourceRoot',
]

/** A configuration is run without a look at its types. */
function checkNames(options: KernelProjectOptions): void {
  for (const name of Object.keys(options)) {
    if (optionNames.some((known) => known === name)) continue
    const hint = didYouMean(name, optionNames) || `The options are ${optionNames.join(', ')}.`
    throw new KernelTestError('KT5003', `kernelProject has no option \`${name}\``, hint)
  }
}

function languageOf(name: string): GuestLanguage {
  if (Object.hasOwn(languages, name)) return languages[name as GuestLanguageName]
  const names = Object.keys(languages)
  throw new KernelTestError(
    'KT5003',
    `kernelProject does not know the language ${JSON.stringify(name)}`,
    didYouMean(name, names) || `It is one of ${names.join(', ')}.`,
  )
}

function expectationOf(text: string): Expectation {
  const expectation = parseExpectation(text)
  if (expectation !== null) return expectation
  const hint = didYouMean(text, expectationForms) || `It is one of ${expectationForms.join(', ')}.`
  throw new KernelTestError('KT5003', `kernelProject does not know \`expect: ${JSON.stringify(text)}\``, hint)
}
