import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { boot } from '../../src/session/boot.ts'
import { kernel } from '../kernels/build.ts'
import { type CommandResult, kerneltest } from './command.ts'

function run(script: string, ...options: string[]): Promise<CommandResult> {
  return kerneltest(['run', '--json', kernel('script'), '--cmdline', script, ...options])
}

test('one object and nothing else, as the documentation promises it', async () => {
  const { status, stdout, stderr } = await run('AdsBx', '--engine', 'qemu')
  expect(status).toBe(0)
  expect(stderr).toBe('kerneltest: ok: the guest exited with 0x10 (status 33)\n')
  const { image, engine, screen, registers, wallMs, ...rest } = JSON.parse(stdout)
  expect(stdout).toBe(`${JSON.stringify(JSON.parse(stdout))}\n`)
  expect(rest).toEqual({
    end: { kind: 'exit', value: 0x10, status: 33 },
    expected: ['exit=0x10'],
    ok: true,
    serial: { com1: 'line A\nline B\n' },
    debugConsole: 'debug\n',
    timeline: null,
    instructions: null,
  })
  const path = kernel('script')
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  expect(image).toEqual({ path, sha256, kind: 'elf', boot: 'multiboot1' })
  expect(engine).toEqual({ name: 'qemu', version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  expect(screen).toMatchObject({ kind: 'text', columns: 80, rows: 25 })
  expect(screen.lines).toEqual(['', '', 'show', ...Array(22).fill('')])
  expect(screen.frame).toEqual({ width: 720, height: 400, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(screen.attributes[2].slice(0, 5)).toEqual([0x4f, 0x4f, 0x4f, 0x4f, 0x07])
  expect(screen.attributes.map((row: number[]) => row.length)).toEqual(Array(25).fill(80))
  expect(Object.keys(registers).join(' ')).toMatchInlineSnapshot(
    `"rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags cr0 cr2 cr3 cr4 efer cs ss ds es fs gs ldtr tr x87 mxcsr xmm"`,
  )
  const { x87, xmm, ...plain } = registers
  const isHex = (value: unknown) => /^0x[0-9a-f]+$/.test(String(value))
  expect([...Object.values(plain), ...xmm].every(isHex)).toBe(true)
  expect(xmm).toHaveLength(16)
  const empty = { bits: '0x0', value: '0', tag: 'empty' }
  expect(x87).toEqual({ fcw: '0x37f', fsw: '0x0', ftw: '0xffff', st: Array(8).fill(empty) })
  expect(wallMs).toBeGreaterThan(0)
})

test('the embedded engine counts instructions, the same in every run', async () => {
  const runs = await Promise.all([1, 2].map(() => run('AdsBx', '--engine', 'embedded')))
  const [one, other] = runs.map(({ stdout }) => JSON.parse(stdout))
  expect(one).toMatchObject({
    engine: { name: 'embedded', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    end: { kind: 'exit', value: 0x10 },
    serial: { com1: 'line A\nline B\n' },
    debugConsole: 'debug\n',
  })
  expect(one.screen.lines).toEqual(['', '', 'show', ...Array(22).fill('')])
  const vm = await boot(kernel('script'), { engine: 'embedded', commandLine: 'AdsBx' })
  await vm.end()
  const { width, height, sha256 } = await vm.screen.frame()
  await vm.close()
  expect(one.screen.frame).toEqual({ width, height, sha256 })
  expect(one.instructions).toBeGreaterThan(100)
  expect({ ...other, wallMs: 0 }).toEqual({ ...one, wallMs: 0 })
})

test.each<[string, string[], object]>([
  ['Af', [], { kind: 'exit', value: 0x11, status: 35 }],
  [
    'At',
    ['--engine', 'qemu', '--expect', 'tripleFault'],
    { kind: 'tripleFault', detail: expect.stringMatching(/^0x/), symbol: 'triple_fault+0x7', faults: [] },
  ],
  [
    'Ah',
    ['--expect', 'deadHalt'],
    { kind: 'deadHalt', detail: expect.stringMatching(/^0x/), symbol: 'dead_halt+0x1' },
  ],
  ['A', ['--limit=1s'], { kind: 'limit', detail: 'busy' }],
  ['As', ['--until', 'show'], { kind: 'stopped' }],
  ['As', ['--expect', 'screen=show'], { kind: 'stopped' }],
])('the end of %s %j', async (script, options, end) => {
  const { stdout } = await run(script, ...options)
  expect(JSON.parse(stdout).end).toEqual(end)
})

test('the embedded engine tells the faults on the way to a triple fault', async () => {
  const { stdout } = await run('At', '--engine', 'embedded')
  expect(JSON.parse(stdout).end).toMatchInlineSnapshot(`
    {
      "detail": "0x10016a",
      "faults": [
        {
          "cr2": null,
          "errorCode": null,
          "failedStep": "its gate lies beyond the limit of the IDT, at 0x18",
          "meaning": "",
          "mnemonic": "#BP",
          "rip": "0x10016a",
          "symbol": "triple_fault+0x7",
          "vector": 3,
        },
        {
          "cr2": null,
          "errorCode": "0x1a",
          "failedStep": "its gate lies beyond the limit of the IDT, at 0x68",
          "meaning": "gate 3 of the IDT",
          "mnemonic": "#GP",
          "rip": "0x10016a",
          "symbol": "triple_fault+0x7",
          "vector": 13,
        },
        {
          "cr2": null,
          "errorCode": "0x6b",
          "failedStep": null,
          "meaning": "gate 13 of the IDT, while an event was delivered",
          "mnemonic": "#GP",
          "rip": "0x10016a",
          "symbol": "triple_fault+0x7",
          "vector": 13,
        },
        {
          "cr2": null,
          "errorCode": "0x0",
          "failedStep": "its gate lies beyond the limit of the IDT, at 0x40",
          "meaning": "",
          "mnemonic": "#DF",
          "rip": "0x10016a",
          "symbol": "triple_fault+0x7",
          "vector": 8,
        },
        {
          "cr2": null,
          "errorCode": "0x43",
          "failedStep": null,
          "meaning": "gate 8 of the IDT, while an event was delivered",
          "mnemonic": "#GP",
          "rip": "0x10016a",
          "symbol": "triple_fault+0x7",
          "vector": 13,
        },
      ],
      "kind": "tripleFault",
      "symbol": "triple_fault+0x7",
    }
  `)
})

test('what was asked for stands in `expected`', async () => {
  const { stdout } = await run('As', '--expect', 'text=line A', '--expect', 'screen=/sh.w/')
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, expected: ['text=line A', 'screen=/sh.w/'] })
})
