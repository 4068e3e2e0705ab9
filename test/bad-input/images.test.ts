import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { kerneltest } from '../cli/command.ts'
import { awkwardFolder, badFiles, sparseBytes, writeBadFiles } from './files.ts'

const folder = awkwardFolder()
const cwd = folder.path
writeBadFiles(cwd)
afterAll(() => folder.remove())

const refused = [...Object.keys(badFiles), 'directory.iso', 'notes.text', 'nothing-like-it']

describe.concurrent('what `kerneltest run` says of', () => {
  test.for(refused)('%s', async (name, { expect }) => {
    const { status, stdout, stderr } = await kerneltest(['run', name], { cwd })
    expect({ status, stdout, stderr: folder.steady(stderr) }).toMatchSnapshot()
  })
})

describe.concurrent('what `kerneltest inspect` says of', () => {
  const described = Object.keys(badFiles).filter((name) => /lapping|wrapping|hole|no-/.test(name))
  test.for(described)('%s', async (name, { expect }) => {
    const { status, stdout, stderr } = await kerneltest(['inspect', name], { cwd })
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(stdout).toMatchSnapshot()
  })
})

test('a sparse disk of 5 GB boots at once and stays sparse', async () => {
  const started = performance.now()
  const result = await kerneltest(['run', 'sparse.img', '--expect', 'hang'], { cwd })
  expect(performance.now() - started).toBeLessThan(15_000)
  expect(result).toMatchObject({ status: 0, stdout: '' })
  const { size, blocks } = statSync(join(cwd, 'sparse.img'))
  expect(size).toBe(sparseBytes)
  expect(blocks * 512).toBeLessThan(1 << 20)
})
