import type { RunnerTestCase, RunnerTestFile, RunnerTestSuite } from 'vitest'

/**
 * Which tests a run asks for: the parts of Vitest's file specification and configuration that a custom pool
 * must heed.
 */
export interface TestFilter {
  readonly testNamePattern?: RegExp | undefined
  readonly testIds?: readonly string[] | undefined
  readonly testNames?: readonly string[] | undefined
}

export interface TaskTreeOptions {
  /** Vitest's id of the file. */
  readonly id: string
  readonly path: string
  /** As reports show it: relative to the root. */
  readonly name: string
  readonly project: string
  readonly pool: string
  readonly testTimeout: number
  readonly filter: TestFilter
}

/** Between the suites of a guest's test names, as in Rust paths. */
const separator = '::'

/**
 * How `-t` may see a test's full name: Vitest 4 joins with a space, Vitest 5 with ` > `, guests with `::`.
 */
const joints = [' ', ' > ', separator]

/**
 * The tests of one image as Vitest's task objects, found one by one. The tree stays ours: Vitest's registry
 * goes by the identity of objects, so it gets a clone at each announcement and is spoken to by id.
 */
export class TaskTree {
  readonly file: RunnerTestFile
  readonly #options: TaskTreeOptions
  readonly #tests = new Map<string, RunnerTestCase>()

  constructor(options: TaskTreeOptions) {
    this.#options = options
    const { id, name, path, project, pool } = options
    this.file = {
      ...{ id, name, fullName: name, type: 'suite', mode: 'run', meta: {}, tasks: [] },
      ...{ filepath: path, projectName: project, pool, concurrencyId: 0, workerId: 0 },
      ...{ setupDuration: 0, prepareDuration: 0, environmentLoad: 0, collectDuration: 0 },
    } as unknown as RunnerTestFile
    this.file.file = this.file
  }

  get tests(): readonly RunnerTestCase[] {
    return [...this.#tests.values()]
  }

  test(path: string): RunnerTestCase | undefined {
    return this.#tests.get(path)
  }

  /**
   * Adds a test; `a::b::c` is test `c` in suite `b` in suite `a`. A test that the filter leaves out gets mode
   * `skip`.
   */
  add(path: string): RunnerTestCase {
    const names = path.split(separator)
    const suite = names
      .slice(0, -1)
      .reduce<RunnerTestSuite>((parent, name) => this.#suite(parent, name), this.file)
    const extra = { timeout: this.#options.testTimeout, annotations: [], artifacts: [], benchmarks: [] }
    const test = this.#node(suite, names.at(-1) ?? path, { type: 'test', ...extra }) as RunnerTestCase
    if (!this.#isWanted(test, names)) test.mode = 'skip'
    this.#tests.set(path, test)
    this.#markEmptySuites(this.file)
    return test
  }

  /** A copy for Vitest's registry. */
  snapshot(): RunnerTestFile {
    return structuredClone(this.file)
  }

  #suite(parent: RunnerTestSuite, name: string): RunnerTestSuite {
    const known = parent.tasks.find((task) => task.type === 'suite' && task.name === name)
    return (known ?? this.#node(parent, name, { type: 'suite', tasks: [] })) as RunnerTestSuite
  }

  /** Ids and names as Vitest makes them: `<parent>_<index>`, and no `suite` at the top level. */
  #node(parent: RunnerTestSuite, name: string, extra: object): unknown {
    const suite = parent === this.file ? undefined : parent
    const fullTestName = suite === undefined ? name : `${suite.fullTestName} > ${name}`
    const node = {
      ...{ id: `${parent.id}_${parent.tasks.length}`, name, mode: 'run', meta: {}, suite, file: this.file },
      ...{ fullTestName, fullName: `${this.file.name} > ${fullTestName}` },
      ...extra,
    }
    parent.tasks.push(node as unknown as RunnerTestSuite)
    return node
  }

  #isWanted(test: RunnerTestCase, names: readonly string[]): boolean {
    const { testNamePattern, testIds, testNames } = this.#options.filter
    if (testNamePattern && !joints.some((joint) => names.join(joint).search(testNamePattern) >= 0))
      return false
    if (testIds && !testIds.includes(test.id)) return false
    return !testNames || testNames.includes(test.fullTestName)
  }

  /** A suite with nothing to run in it is skipped, as Vitest does. Answers whether there is something. */
  #markEmptySuites(suite: RunnerTestSuite): boolean {
    const lively = suite.tasks.filter((task) =>
      task.type === 'suite' ? this.#markEmptySuites(task) : task.mode !== 'skip',
    )
    suite.mode = lively.length > 0 ? 'run' : 'skip'
    return lively.length > 0
  }
}
