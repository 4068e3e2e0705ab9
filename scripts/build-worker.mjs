// Joins what a worker thread loads into one file for each engine: to load two hundred modules one by one
// takes Node longer than a first boot may.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const built = fileURLToPath(new URL('../dist/src/', import.meta.url))

/** The maps that TypeScript wrote lead to the sources. */
const withMaps = {
  name: 'with-maps',
  // A built package has its core: what would generate one stays outside.
  resolveId: (id) => (id.endsWith('/interpreter/core.js') ? { id, external: 'absolute' } : null),
  load(id) {
    if (!id.startsWith(built)) return null
    return { code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) }
  },
}

/** Engines stay in their folders: they find files by their own places. */
function fileOf({ facadeModuleId }) {
  const isEngine = facadeModuleId?.startsWith(`${built}engines/`)
  return isEngine
    ? facadeModuleId.slice(built.length).replace(/\.js$/, '-in-worker.js')
    : 'pool/[name]-in-worker.js'
}

const bundle = await rolldown({
  input: `${built}pool/worker.js`,
  platform: 'node',
  plugins: [withMaps],
})
await bundle.write({
  dir: built,
  format: 'esm',
  sourcemap: true,
  entryFileNames: 'pool/worker.js',
  chunkFileNames: fileOf,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
})
