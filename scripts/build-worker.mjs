// Joins what a worker thread runs into one script for each engine: to load two hundred modules one by one
// takes Node longer than a first boot may, and of a script can be kept what V8 has compiled.
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

/** Where there is any other character, V8 keeps the whole source at two bytes each. */
const inAscii = {
  name: 'in-ascii',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      file.code = file.code?.replace(/[\u0080-\uffff]/g, escaped)
    }
  },
}

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

for (const engine of ['embedded', 'qemu']) {
  const bundle = await rolldown({
    input: `${built}pool/serve-${engine}.js`,
    platform: 'node',
    treeshake: { moduleSideEffects: false },
    plugins: [withMaps, inAscii],
  })
  await bundle.write({
    // Engines stay in their folders: they find files by their own places.
    file: `${built}engines/${engine}/engine-in-worker.cjs`,
    format: 'cjs',
    sourcemap: true,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  })
}
