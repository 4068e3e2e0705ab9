import type { Ending, FaultRecord } from '../observe/ending.ts'
import { errorCodeText, mnemonicOf, softwareInterrupt } from '../observe/exceptions.ts'
import { outputPorts } from '../observe/output.ts'
import type { Registers } from '../observe/registers.ts'
import type { GraphicsScreen, Screen } from '../observe/screen.ts'
import { linesOf } from '../observe/text-screen.ts'
import type { TimelineEvent } from '../observe/timeline.ts'
import { pixelsSha256 } from '../session/pixels-sha256.ts'
import type { Session, SessionRecord } from '../session/session.ts'
import { hex } from '../support/hex.ts'
import type { RunVerdict } from './run-to-verdict.ts'

/** The object that `kerneltest run --json` prints; `docs/command-line.md` promises it. */
export function runJson(
  { facts }: Session,
  record: SessionRecord,
  verdict: RunVerdict,
  about: {
    readonly sha256: string
    /** What the monitor showed last; null where the engine was lost. */
    readonly picture: GraphicsScreen | null
    readonly engineVersion: string | null
    readonly expected: readonly string[]
    readonly wallMs: number
  },
): object {
  const { protocol } = record.plan.provenance
  const serial = outputPorts.filter((port) => port !== 'debugConsole')
  const textOf = (port: (typeof outputPorts)[number]) => record.outputs.get(port)?.text ?? ''
  const { instructions } = record.at
  return {
    image: { path: facts.file.path, sha256: about.sha256, kind: facts.file.image.kind, boot: protocol },
    engine: { name: facts.engine, version: about.engineVersion },
    end: verdict.ending === null ? { kind: 'stopped' } : endJson(verdict.ending),
    expected: about.expected,
    ok: verdict.ok,
    serial: Object.fromEntries(
      serial.filter((port) => port === 'com1' || textOf(port) !== '').map((port) => [port, textOf(port)]),
    ),
    debugConsole: textOf('debugConsole'),
    screen: record.screen && screenJson(record.screen, about.picture),
    registers: record.registers && registersJson(record.registers),
    timeline: record.timeline?.map(eventJson) ?? null,
    instructions: instructions === null ? null : Number(instructions),
    wallMs: about.wallMs,
  }
}

function eventJson({ at, ...event }: TimelineEvent): object {
  const { instructions, ns } = at
  return { instructions: instructions === null ? null : Number(instructions), ns: Number(ns), ...event }
}

function endJson(ending: Ending): object {
  const { kind } = ending
  switch (kind) {
    case 'exit':
      return { kind, value: ending.value, status: ending.status }
    case 'shutdown':
    case 'reset':
      return { kind, detail: ending.by }
    case 'tripleFault':
      return {
        kind,
        ...(ending.rip !== null && { detail: hex(ending.rip) }),
        ...symbolJson(ending),
        faults: ending.chain.map(faultJson),
      }
    case 'deadHalt':
      return { kind, detail: hex(ending.rip), ...symbolJson(ending) }
    case 'hang':
      return { kind, detail: hex(ending.proof.rip), ...symbolJson(ending) }
    case 'limit':
      return { kind, detail: ending.detail }
    case 'stopped':
      return { kind }
    case 'engineError':
      return { kind, detail: `${ending.code}: ${ending.detail}` }
  }
}

function symbolJson({ symbol }: { readonly symbol?: string }): object {
  return symbol === undefined ? {} : { symbol }
}

function faultJson(fault: FaultRecord): object {
  const { vector, isSoftware, errorCode, cr2, failedStep } = fault
  return {
    vector,
    mnemonic: isSoftware ? softwareInterrupt(vector) : mnemonicOf(vector),
    errorCode: errorCode === null ? null : hex(errorCode),
    meaning: errorCode === null ? '' : errorCodeText(vector, errorCode),
    cr2: cr2 === null ? null : hex(cr2),
    rip: hex(fault.rip),
    ...symbolJson(fault),
    failedStep,
  }
}

function screenJson(screen: Screen, picture: GraphicsScreen | null): object {
  if (screen.kind === 'graphics') {
    return { kind: screen.kind, ...frameJson(screen) }
  }
  const { kind, columns, rows, cursor } = screen
  const attributes = Array.from({ length: rows }, (_, row) => [
    ...screen.attributes.subarray(row * columns, (row + 1) * columns),
  ])
  const frame = picture && frameJson(picture)
  return { kind, columns, rows, lines: linesOf(screen), attributes, cursor, frame }
}

function frameJson({ width, height, pixels }: GraphicsScreen): object {
  return { width, height, sha256: pixelsSha256(pixels) }
}

/** Every register of 64 bits, the selectors of the segments, and what computes with numbers. */
function registersJson(registers: Registers): object {
  const shown = Object.entries(registers).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'bigint') return [name, hex(value)] as const
    if (typeof value === 'object' && value !== null && 'selector' in value) {
      return [name, hex(Number(value.selector))] as const
    }
    return null
  })
  const { x87, mxcsr, xmm } = registers
  const st = x87.st.map(({ bits, value, tag }) => ({ bits: hex(bits), value: String(value), tag }))
  const words = { fcw: hex(x87.fcw), fsw: hex(x87.fsw), ftw: hex(x87.ftw) }
  return {
    ...Object.fromEntries(shown.filter((entry) => entry !== null)),
    x87: { ...words, st },
    mxcsr: hex(mxcsr),
    xmm: xmm.map((bits) => hex(bits)),
  }
}
