import { describe, expect, test } from 'vitest'
import { type ExpectedExit, toExit } from '../../matchers/index.ts'
import type { EndingCause } from '../../src/observe/ending.ts'
import { around, ended, exited, failure, outOfTime } from './surroundings.ts'

const tripleFault = ended({
  kind: 'tripleFault',
  rip: 0x10_0020n,
  chain: [
    {
      vector: 14,
      errorCode: 2,
      rip: 0x10_0020n,
      cr2: 0xdead_b000n,
      failedStep: 'IDT gate 14 is not present',
    },
    { vector: 8, errorCode: 0, rip: 0x10_0020n, cr2: null, failedStep: 'IDT gate 8 is not present' },
  ],
})

function judge(cause: EndingCause, expected?: ExpectedExit): boolean {
  const ending = ended(cause)
  return toExit.judge(ending, around({ ending }), false, expected).pass
}

function message(ending: ReturnType<typeof ended>, expected?: ExpectedExit, negated = false): string {
  const surroundings = around({ ending, screen: null })
  return failure(toExit.judge(ending, surroundings, negated, expected), negated)
}

describe('toExit', () => {
  test('always runs to the ending', () => {
    expect(toExit.waitFor({ port: 'com1', cursor: 0 }, true)).toBe('ending')
  })

  test('success is 0x10; values, statuses, endings and projects can be named', () => {
    expect(judge(exited(0x10))).toBe(true)
    expect(judge(exited(0x10), 'success')).toBe(true)
    expect(judge(exited(0x11))).toBe(false)
    expect(judge(exited(0x11), 0x11)).toBe(true)
    expect(judge(exited(0x11), { status: 35 })).toBe(true)
    expect(judge(exited(0), 'kvm-unit-tests')).toBe(true)
    expect(judge(exited(1), 'uefi-rs')).toBe(true)
    expect(judge(tripleFault, 'tripleFault')).toBe(true)
    expect(judge(tripleFault, 'success')).toBe(false)
    expect(judge(outOfTime, 'limit')).toBe(true)
    expect(judge(outOfTime, 'limit=idle')).toBe(true)
    expect(judge(outOfTime, 'limit=busy')).toBe(false)
    expect(judge({ kind: 'deadHalt', rip: 0n }, 'deadHalt')).toBe(true)
    expect(judge({ kind: 'reset', by: 'cf9' }, 'reset')).toBe(true)
    expect(judge({ kind: 'shutdown', by: 'acpi' }, 'hang')).toBe(false)
  })

  test('an unexpected value is explained', () => {
    expect(message(exited(0x11))).toMatchInlineSnapshot(`
      "Expected the guest to exit with 0x10 (status 33).

      It exited with 0x11 (status 35); 0x11 means failure in blog_os, bootimage.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(message(exited(1), 0)).toMatchInlineSnapshot(`
      "Expected the guest to exit with 0x0 (status 1).

      It exited with 0x1 (status 3); 0x1 means failure in kvm-unit-tests; success in uefi-rs, Hermit.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('a status in place of a value, and the other way round', () => {
    expect(message(exited(0x10), 33)).toMatchInlineSnapshot(`
      "Expected the guest to exit with 0x21 (status 67).

      It exited with 0x10 (status 33); 0x10 means success in blog_os, bootimage, OSTD (Asterinas).

      33 is the exit status of QEMU's process for the value 0x10. Write toExit(0x10) or toExit({ status: 33 }).

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(message(exited(0x10), { status: 16 })).toMatchInlineSnapshot(`
      "Expected the guest to exit with status 16.

      It exited with 0x10 (status 33); 0x10 means success in blog_os, bootimage, OSTD (Asterinas).

      16 is the value that the guest wrote. Write toExit(0x10) or toExit({ status: 33 }).

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('a triple fault shows its faults and the screen', () => {
    const verdict = toExit.judge(tripleFault, around({ ending: tripleFault }), false)
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected the guest to exit with 0x10 (status 33).

      It triple-faulted at 0x100020.

      The faults on the way to it:
        #PF page fault at 0x100020
          error code 0x2 (write, page not present, supervisor); CR2 0xdeadb000
          not delivered: IDT gate 14 is not present
        #DF double fault at 0x100020
          error code 0x0
          not delivered: IDT gate 8 is not present

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('every other ending is one line', () => {
    const bytes = new Uint8Array([0xf3, 0x90, 0xeb, 0xfc])
    const endings: EndingCause[] = [
      { kind: 'shutdown', by: 'acpi' },
      { kind: 'shutdown', by: 'port' },
      { kind: 'reset', by: 'keyboard' },
      { kind: 'reset', by: 'cf9' },
      { kind: 'reset', by: 'port92' },
      { kind: 'reset', by: 'acpi' },
      { kind: 'reset', by: 'unknown' },
      { kind: 'tripleFault', rip: null, chain: [] },
      { kind: 'deadHalt', rip: 0xffff_ffff_8800_1234n },
      { kind: 'hang', proof: { rip: 0x7c10n, bytes } },
      { kind: 'limit', limitNs: 500_000_000n, detail: 'idle' },
      { kind: 'limit', limitNs: 30_000_000_000n, detail: 'busy' },
      { kind: 'limit', limitNs: 30_000_000_000n, detail: 'waitsForKey' },
      { kind: 'limit', limitNs: 60_000_000_000n, detail: 'firmware' },
      { kind: 'stopped', condition: { on: 'address', linear: 0x10_0000n } },
      { kind: 'engineError', code: 'KT3006', detail: 'QEMU was killed by SIGFPE' },
    ]
    expect(endings.map((cause) => message(ended(cause)).split('\n')[2])).toMatchInlineSnapshot(`
      [
        "It powered off through ACPI.",
        "It powered off through a port.",
        "It reset the machine through the keyboard controller (port 0x64).",
        "It reset the machine through port 0xcf9.",
        "It reset the machine through port 0x92.",
        "It reset the machine through ACPI.",
        "It reset the machine in a way that the engine cannot name.",
        "It triple-faulted.",
        "It halted for good at 0xffffffff88001234: HLT with interrupts off.",
        "It hung at 0x7c10: a loop that nothing can leave, interrupts off (bytes f3 90 eb fc).",
        "It reached its time limit of 0.5 s while it was idle.",
        "It reached its time limit of 30 s while it was busy.",
        "It reached its time limit of 30 s while it waited for a key.",
        "It reached its time limit of 60 s while it was still in the firmware.",
        "It has not ended: it stands where it was told to stop.",
        "It was lost when its engine failed (KT3006): QEMU was killed by SIGFPE.",
      ]
    `)
  })

  test('every expectation is one line', () => {
    const expectations: ExpectedExit[] = [
      'success',
      0x20,
      { status: 35 },
      'deadHalt',
      'hang',
      'shutdown',
      'reset',
      'tripleFault',
      'limit',
      'limit=waitsForKey',
      'kvm-unit-tests',
    ]
    const ending = ended({ kind: 'exit', port: 0xf4, value: 0x99, status: 51 })
    expect(expectations.map((expected) => message(ending, expected).split('\n')[0])).toMatchInlineSnapshot(`
      [
        "Expected the guest to exit with 0x10 (status 33).",
        "Expected the guest to exit with 0x20 (status 65).",
        "Expected the guest to exit with status 35.",
        "Expected the guest to halt for good with interrupts off (deadHalt).",
        "Expected the guest to hang in a loop with interrupts off (hang).",
        "Expected the guest to power off (shutdown).",
        "Expected the guest to reset the machine (reset).",
        "Expected the guest to triple-fault (tripleFault).",
        "Expected the guest to reach its time limit (limit).",
        "Expected the guest to reach its time limit while it waited for a key (limit=waitsForKey).",
        "Expected the guest to exit with 0x0 (status 1).",
      ]
    `)
  })

  test('.not', () => {
    expect(message(exited(0x10), 'success', true)).toMatchInlineSnapshot(`
      "Expected the guest not to exit with 0x10 (status 33).

      It exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(toExit.judge(exited(0x11), around(), true, 'success').pass).toBe(false)
  })

  test('.not is not satisfied by a lost engine', () => {
    const lost = ended({ kind: 'engineError', code: 'KT3006', detail: 'QEMU was killed by SIGFPE' })
    expect(message(lost, 'tripleFault', true)).toMatchInlineSnapshot(`
      "Expected the guest not to triple-fault (tripleFault).

      It was lost when its engine failed (KT3006): QEMU was killed by SIGFPE.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('what it does not know is a coded error', () => {
    const unknown = 'triplefault' as ExpectedExit
    expect(() => toExit.judge(exited(0), around(), false, unknown)).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5001: toExit does not know "triplefault"
        Did you mean \`tripleFault\`? It takes a number, { status }, or one of: success, exit=0x10, status=33, deadHalt, hang, shutdown, reset, tripleFault, limit, limit=idle, limit=busy, limit=waitsForKey, limit=firmware, blog_os, ostd, kvm-unit-tests, uefi-rs, hermit.]
    `)
    const code = { code: 33 } as unknown as ExpectedExit
    expect(() => toExit.judge(exited(0), around(), false, code)).toThrow(
      'KT5001: toExit does not know {"code":33}',
    )
  })
})
