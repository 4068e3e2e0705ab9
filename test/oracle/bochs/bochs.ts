import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BochsModel } from './probe.ts'
import type { RomRun } from './record.ts'

/** Bochs wants a VGA BIOS; nothing of ours calls it. */
const emptyOptionRom = new Uint8Array(512)
emptyOptionRom.set([0x55, 0xaa, 1])

const giveUpAfterMs = 60_000

function configuration(rom: string, model: BochsModel): string {
  return [
    'display_library: term',
    'sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy',
    `cpu: model=${model}, ips=10000000, reset_on_triple_fault=0, ignore_bad_msrs=0`,
    'vga: update_freq=1, realtime=0',
    'clock: sync=none, time0=1000000000',
    'panic: action=fatal',
    'port_e9_hack: enabled=1',
    'memory: guest=32, host=32',
    `vgaromimage: file=${rom}.vga`,
    `log: ${rom}.log`,
    `romimage: file=${rom}, address=0xffff0000`,
    '',
  ].join('\n')
}

/** Runs a ROM in Bochs. */
export async function runInBochs(rom: Uint8Array, model: BochsModel, commands = 'c\n'): Promise<RomRun> {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-bochs-'))
  try {
    const file = (name: string) => join(folder, name)
    writeFileSync(file('rom.bin'), rom)
    writeFileSync(file('rom.bin.vga'), emptyOptionRom)
    writeFileSync(file('rc'), configuration(file('rom.bin'), model))
    writeFileSync(file('commands'), commands)
    const output = await outputOf(['-q', '-f', file('rc'), '-rc', file('commands')], folder)
    const log = readFileSync(file('rom.bin.log'), 'latin1')
    return { output, log, ending: endingOf(log) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function endingOf(log: string): string {
  if (/exception with no resolution/.test(log)) return 'triple fault'
  if (log.includes('Shutdown port: shutdown requested')) return 'shutdown'
  if (/HLT instruction with IF=0/.test(log)) return 'dead halt'
  return 'no end'
}

function outputOf(parameters: readonly string[], folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bochs', parameters, {
      cwd: folder,
      env: { ...process.env, TERM: 'dumb' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), giveUpAfterMs)
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
  })
}
