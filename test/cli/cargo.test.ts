import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { kernel } from '../kernels/build.ts'
import { type CommandResult, kerneltest } from './command.ts'

/** What cargo does with `runner = "kerneltest run"`: the executable, then what the user and libtest add. */
function cargoRun(manifest: string, ...added: string[]): Promise<CommandResult> {
  return cargoRunOf('script', manifest, ...added)
}

function cargoRunOf(name: string, manifest: string, ...added: string[]): Promise<CommandResult> {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-cargo-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'Cargo.toml'), `[package]\nname = "kernel"\n${manifest}`)
  return kerneltest(['run', kernel(name), ...added], {
    cwd: folder,
    env: { CARGO_MANIFEST_DIR: folder },
  }).then(({ stderr, ...rest }) => ({ ...rest, stderr: stderr.replaceAll(folder, '$CARGO_MANIFEST_DIR') }))
}

test('what libtest is handed after the image is ignored with a note', async () => {
  const libtest = [
    'my_test',
    '--quiet',
    '-Z',
    'unstable-options',
    '--format=json',
    '--show-output',
    '--exact',
  ]
  expect(await cargoRun('', '--cmdline', 'Ax', ...libtest, '--', '--expct')).toMatchInlineSnapshot(`
    {
      "status": 0,
      "stderr": "kerneltest: note: ignored, because it is not for kerneltest: my_test --quiet -Z unstable-options --format=json --show-output --exact -- --expct
    kerneltest: note: engine: embedded
    kerneltest: ok: the guest exited with 0x10 (status 33)
    ",
      "stdout": "line A
    ",
    }
  `)
})

test('bootimage’s settings are read', async () => {
  const manifest = `
[package.metadata.bootimage]
build-command = ["build"]
run-args = ["-foo"]
test-success-exit-code = 35
test-timeout = 2
test-args = ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", "-serial", "stdio", "-display", "none",
  "-m", "64M", "-smp", "cpus=2", "-cpu", "max", "-no-reboot", "-fw_cfg", "name=opt/x,string=y"]
`
  expect(await cargoRun(manifest, '--cmdline', 'Af')).toMatchInlineSnapshot(`
    {
      "status": 0,
      "stderr": "kerneltest: note: \`-cpu max\` of test-args in Cargo.toml is for QEMU and was left out
    kerneltest: note: \`-fw_cfg name=opt/x,string=y\` of test-args in Cargo.toml is for QEMU and was left out
    kerneltest: note: engine: qemu, because the machine has 2 CPUs
    kerneltest: ok: the guest exited with 0x11 (status 35)
    ",
      "stdout": "line A
    ",
    }
  `)
  expect(await cargoRun(manifest)).toMatchInlineSnapshot(`
    {
      "status": 124,
      "stderr": "kerneltest: note: \`-cpu max\` of test-args in Cargo.toml is for QEMU and was left out
    kerneltest: note: \`-fw_cfg name=opt/x,string=y\` of test-args in Cargo.toml is for QEMU and was left out
    kerneltest: note: engine: qemu, because the machine has 2 CPUs
    kerneltest: not ok: the guest reached its time limit of 2 s while it was busy; expected it to exit with status 35
    ",
      "stdout": "",
    }
  `)
})

test('our own settings go over bootimage’s, and the command line over both', async () => {
  const manifest = `
[package.metadata.bootimage]
test-success-exit-code = 33
[package.metadata.kerneltest]
cmdline = "At"
expect = ["tripleFault", "text=line A"]
limit = "5s"
cpus = 2
`
  expect(await cargoRun(manifest)).toMatchInlineSnapshot(`
    {
      "status": 0,
      "stderr": "kerneltest: note: engine: qemu, because the machine has 2 CPUs
    kerneltest: ok: the guest triple-faulted at 0x10016a (triple_fault+0x7)
    ",
      "stdout": "line A
    ",
    }
  `)
  expect(await cargoRun(manifest, '--cmdline', 'Ax', '--expect', 'exit=0x10')).toMatchObject({ status: 0 })
})

test('a kernel of the crate `bootloader` that is started without it is told of', async () => {
  const direct = await cargoRunOf('elf64-report', '[dependencies]\nbootloader = "0.9"\n')
  expect(direct.stderr).toContain(
    'kerneltest: note: Cargo.toml depends on `bootloader`, and the ELF file was started without it: ' +
      'let `bootimage runner` make the disk image and call kerneltest\n',
  )
  const newer = await cargoRunOf('elf64-report', '[dependencies]\nbootloader_api = { version = "0.11" }\n')
  expect(newer.stderr).toContain('give kerneltest the disk image that `bootloader::BiosBoot` makes\n')
  const other = await cargoRun('[dependencies]\nbootloader = "0.9"\n', '--cmdline', 'Ax')
  expect(other.stderr).not.toContain('Cargo.toml')
})

test('a key of ours that does not exist is an error', async () => {
  expect(await cargoRun('[package.metadata.kerneltest]\nexpct = "hang"\n')).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "kerneltest: KT6005: $CARGO_MANIFEST_DIR/Cargo.toml: [package.metadata.kerneltest] has no key \`expct\`
      Did you mean \`expect\`?
    ",
      "stdout": "",
    }
  `)
})

test('a manifest that is no TOML is an error', async () => {
  expect(await cargoRun('[package.metadata')).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "kerneltest: KT6004: $CARGO_MANIFEST_DIR/Cargo.toml: Invalid TOML document: incomplete key-value: cannot find end of key
      Mend the manifest: cargo cannot read it either.
    ",
      "stdout": "",
    }
  `)
})
