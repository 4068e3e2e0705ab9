import { isAscii } from 'node:buffer'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'
import { threadId } from 'node:worker_threads'
import { crc32 } from 'node:zlib'

/** Older ones, of other versions of Node or of the script, go when there are more in a folder. */
const mostFiles = 8
const checksumBytes = 4

/**
 * A CommonJS script, which needs no other modules than Node's own, with what V8 compiled when it ran the last
 * time, so that a thread starts without parsing it anew. That is kept in `node_modules/.cache/kerneltest`;
 * where it cannot be, or is damaged or of another V8, the script runs all the same.
 */
export class CompiledScript<Exports> {
  readonly exports: Exports
  readonly #script: Script
  readonly #file: string
  #isKept: boolean

  /** @throws what the script throws, and the file system's error where there is none. */
  constructor(url: URL, folder: string = cacheFolder(url)) {
    const path = fileURLToPath(url)
    const bytes = readFileSync(path)
    // The same, and quicker, for what the build has made ASCII.
    const source = wrapped(bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8'))
    this.#file = join(folder, fileName(path, bytes))
    const cachedData = readCompiled(this.#file)
    this.#script = new Script(source, { filename: path, ...(cachedData && { cachedData }) })
    this.#isKept = cachedData !== undefined && this.#script.cachedDataRejected === false
    const module = { exports: {} }
    this.#script.runInThisContext()(module.exports, process.getBuiltinModule, module, path, dirname(path))
    this.exports = module.exports as Exports
  }

  /** Whether it began with what an earlier run had compiled. */
  get isWarm(): boolean {
    return this.#isKept
  }

  /** After the script has done its work once: keeps what was compiled for that, where nothing is kept yet. */
  keep(): void {
    if (this.#isKept) return
    this.#isKept = true
    try {
      writeCompiled(this.#file, this.#script.createCachedData())
    } catch {
      // Read-only installations do without.
    }
  }
}

/** As Node wraps CommonJS modules, on the first line, so that line numbers stay. */
function wrapped(source: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${source}\n})`
}

/** By the source, of which V8 looks at the length only, and by what else V8 would refuse it for. */
function fileName(path: string, source: Buffer): string {
  const key = [crc32(source), cachedDataVersionTag()].map((sum) => sum.toString(16).padStart(8, '0'))
  return `${basename(path)}-${key.join('-')}`
}

/** Where tools keep such files by custom: in the `node_modules` that the package is in, or has. */
function cacheFolder(url: URL): string {
  const path = fileURLToPath(url)
  const end = path.lastIndexOf('/node_modules/')
  const modules = end >= 0 ? path.slice(0, end) : fileURLToPath(new URL('../../../../', url))
  return join(modules, 'node_modules', '.cache', 'kerneltest')
}

/** Undefined where there is none, or it is not what was written: V8 trusts it. */
function readCompiled(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file)
    const compiled = bytes.subarray(checksumBytes)
    return bytes.readUInt32LE(0) === crc32(compiled) ? compiled : undefined
  } catch {
    return undefined
  }
}

/** At once for whoever reads it meanwhile. */
function writeCompiled(file: string, compiled: Buffer): void {
  const checksum = Buffer.alloc(checksumBytes)
  checksum.writeUInt32LE(crc32(compiled))
  const draft = `${file}.${process.pid}-${threadId}`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(draft, Buffer.concat([checksum, compiled]))
  renameSync(draft, file)
  dropOldest(dirname(file))
}

function dropOldest(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name))
  const byAge = files.map((file) => ({ file, age: statSync(file).mtimeMs })).sort((a, b) => b.age - a.age)
  for (const { file } of byAge.slice(mostFiles)) rmSync(file, { force: true })
}
