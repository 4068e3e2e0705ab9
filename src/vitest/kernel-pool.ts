import { EventEmitter } from 'node:events'
import { relative } from 'node:path'
import type { SerializedConfig } from 'vitest'
import {
  createMethodsRPC,
  type PoolOptions,
  type PoolRunnerInitializer,
  type PoolWorker,
  type WorkerRequest,
} from 'vitest/node'
import type { GuestLanguage } from './guest-languages/guest-language.ts'
import type { GuestRunner } from './guest-run.ts'
import { ImageRun } from './image-run.ts'
import { keepRemains, type Rpc, rpcHost } from './rpc-host.ts'
import { fileIsSettled } from './settled-file.ts'
import { TaskTree, type TestFilter } from './task-tree.ts'

/** How the images of one project are run. */
export interface ImageRunner {
  readonly language: GuestLanguage
  readonly guest: (image: string, root: string) => GuestRunner
  /** What relative paths in panic messages stand for; default: the project's root. */
  readonly sourceRoot?: string
}

type RunRequest = Extract<WorkerRequest, { type: 'run' | 'collect' }>
type FileSpecification = RunRequest['context']['files'][number]

const poolName = 'kernel'

/**
 * A pool that runs kernel images instead of test files, in Vitest's main process. It is the only file that
 * leans on `createMethodsRPC`, which `vitest/node` exports without documenting it.
 */
export function kernelPool(runner: ImageRunner): PoolRunnerInitializer {
  return { name: poolName, createPoolWorker: (options) => new KernelPoolWorker(options, runner) }
}

class KernelPoolWorker implements PoolWorker {
  readonly name = poolName
  readonly #options: PoolOptions
  readonly #runner: ImageRunner
  readonly #rpc: Rpc
  readonly #events = new EventEmitter()
  readonly #stop = new AbortController()
  #config: SerializedConfig | null = null

  constructor(options: PoolOptions, runner: ImageRunner) {
    this.#options = options
    this.#runner = runner
    this.#rpc = createMethodsRPC(options.project, { collect: options.method === 'collect' })
  }

  on(event: string, callback: (argument: unknown) => void): void {
    this.#events.on(event, callback)
  }

  off(event: string, callback: (argument: unknown) => void): void {
    this.#events.off(event, callback)
  }

  deserialize(data: unknown): unknown {
    return data
  }

  canReuse(): boolean {
    return true
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#stop.abort(new Error('was stopped'))
  }

  send(message: WorkerRequest): void {
    // Cancelling comes as a frame of the worker RPC, the only one that Vitest ever sends: { t: 'q', m:
    // 'onCancel' }.
    if ('m' in message && message.m === 'onCancel') this.#stop.abort(new Error('was cancelled'))
    else if (message.type === 'start') {
      this.#config = message.context.config
      this.#reply({ type: 'started' })
    } else if (message.type === 'stop') this.#reply({ type: 'stopped' })
    else if (message.type === 'run' || message.type === 'collect') void this.#runFiles(message.context.files)
  }

  /** Answers in every case: Vitest waits for it without a limit. */
  async #runFiles(files: readonly FileSpecification[]): Promise<void> {
    try {
      for (const file of files) await this.#runFile(file)
      this.#reply({ type: 'testfileFinished' })
    } catch (error) {
      this.#reply({ type: 'testfileFinished', error })
    }
  }

  async #runFile(spec: FileSpecification): Promise<void> {
    const { project, method } = this.#options
    const config = this.#config ?? project.serializedConfig
    if (project.vitest.config.watch) await fileIsSettled(spec.filepath)
    const name = relative(project.config.root, spec.filepath)
    const tree = new TaskTree({
      id: project.createSpecification(spec.filepath).taskId,
      path: spec.filepath,
      name,
      project: project.name,
      pool: poolName,
      testTimeout: config.testTimeout,
      filter: { ...filterOf(spec), testNamePattern: spec.testNamePattern ?? config.testNamePattern },
    })
    // The HTML reporter of 4.1 gives up on a test file that Vite has not seen.
    this.#rpc.ensureModuleGraphEntry(spec.filepath, spec.filepath)
    const { retry } = config
    await new ImageRun(tree, rpcHost(this.#rpc), {
      language: this.#runner.language,
      guest: this.#runner.guest(spec.filepath, project.config.root),
      retry: typeof retry === 'number' ? retry : (retry?.count ?? 0),
      testTimeout: config.testTimeout,
      collectOnly: method === 'collect',
      sourceRoot: this.#runner.sourceRoot ?? project.config.root,
      signal: this.#stop.signal,
      keep: (test, remains) => keepRemains(this.#rpc, project, test, remains, name),
    }).run()
    if (config.bail && this.#rpc.getCountOfFailedTests() >= config.bail) this.#rpc.onCancel('test-failure')
  }

  #reply(response: { type: 'started' | 'stopped' | 'testfileFinished'; error?: unknown }): void {
    queueMicrotask(() => this.#events.emit('message', { __vitest_worker_response__: true, ...response }))
  }
}

/** `testNames` is new in Vitest 5. */
function filterOf(spec: FileSpecification): TestFilter {
  const { testNames } = spec as { readonly testNames?: readonly string[] }
  return { testIds: spec.testIds, testNames }
}
