import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MachineOptions } from '../../../../src/boot/plan.ts'
import { module, planOfFile } from '../../../boot-plans/plan-of.ts'
import { kernel } from '../../../kernels/build.ts'
import { passed, runPlan, runQemu } from './run-start.ts'

const machine: MachineOptions = { shape: 'pc', memoryMiB: 128, cpus: 1 }
const options = {
  commandLine: 'quiet "x y"',
  modules: [module('one', 'first', 'a --b'), module('two', 'second')],
}

/** What the kernel prints when the real GRUB starts it, from a CD, with the same command line and modules. */
function byGrub(command: 'multiboot' | 'multiboot2', name: string): string[] {
  const load = command === 'multiboot' ? 'module' : 'module2'
  const menu = [
    'set timeout=0',
    'menuentry kernel {',
    `${command} /boot/kernel ${options.commandLine}`,
    ...options.modules.map((one) => `${load} /boot/${one.name} ${one.commandLine}`),
    '}',
  ]
  const { serial, status, stderr } = runQemu('7.2', machine, (folder) => {
    const boot = join(folder, 'cd', 'boot')
    mkdirSync(join(boot, 'grub'), { recursive: true })
    writeFileSync(join(boot, 'grub', 'grub.cfg'), menu.join('\n'))
    copyFileSync(kernel(name), join(boot, 'kernel'))
    for (const one of options.modules) writeFileSync(join(boot, one.name), one.bytes)
    const iso = join(folder, 'grub.iso')
    execFileSync('grub-mkrescue', ['-o', iso, join(folder, 'cd')], { stdio: 'ignore' })
    return ['-cdrom', iso]
  })
  expect(status, stderr).toBe(passed)
  return serial.split('\n')
}

function byUs(name: string): string[] {
  const { serial, status, stderr } = runPlan('7.2', planOfFile(kernel(name), options))
  expect(status, stderr).toBe(passed)
  return serial.split('\n')
}

test('multiboot1: all that a kernel sees is as from GRUB, but for the names and places of things', () => {
  const differs = /^(eflags|eax ebx|gdt idt|flags|loader) /
  const same = (lines: string[]) => lines.filter((line) => !differs.test(line))
  const [grub, ours] = [byGrub('multiboot', 'multiboot1-report'), byUs('multiboot1-report')]
  expect(same(ours)).toEqual(same(grub))
  const flags = (lines: string[]) => Number.parseInt(/^flags (\S+)/m.exec(lines.join('\n'))?.[1] ?? '', 16)
  // GRUB also tells the boot device (bit 1) and VBE information (bit 11).
  expect(flags(grub)).toBe(flags(ours) | (1 << 1) | (1 << 11))
}, 60_000)

test('multiboot2: every tag that we give says what GRUB says', () => {
  const [grub, ours] = [byGrub('multiboot2', 'multiboot2-report'), byUs('multiboot2-report')].map(tagsOf)
  // Names, module addresses and the APM and boot device tags are GRUB's own.
  const compared = ['00000001', '00000004', '00000006', '00000008', '0000000e', '00000015']
  const pick = (tags: Map<string, string> = new Map()) => compared.map((type) => [type, tags.get(type)])
  expect(pick(ours)).toEqual(pick(grub))
  expect(ours?.get('00000006')).toContain('map 00000000 00100000')
}, 60_000)

/** The lines after a tag's line of type and size, by type. */
function tagsOf(lines: readonly string[]): Map<string, string> {
  const tags = new Map<string, string>()
  let type = ''
  for (const line of lines) {
    const head = /^(\w{8}) (\w{8}) $/.exec(line)
    if (head) type = head[1] ?? ''
    else if (/^\w{8} $/.test(line)) type = 'end'
    tags.set(type, `${tags.get(type) ?? ''}${line}\n`)
  }
  return tags
}
