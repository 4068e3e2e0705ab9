import type { Instant } from './instant.ts'

/**
 * Sectors that the guest wants and does not get. `of`: so many sectors has the medium; `last`: the last place
 * of the drive's geometry. `isImage`: they are of the disk image on the drive's CD that was booted.
 */
export type DiskError = { readonly drive: string; readonly isImage?: true } & (
  | {
      readonly why: 'pastEnd' | 'unreadable'
      readonly first: number
      readonly sectors: number
      readonly of: number
    }
  | ({ readonly why: 'outsideGeometry'; readonly last: DiskPlace } & DiskPlace)
)

/** As a BIOS counts: cylinders and heads from 0, sectors from 1. */
export interface DiskPlace {
  readonly cylinder: number
  readonly head: number
  readonly sector: number
}

/**
 * What happened in a machine, as far as its engine tells (the embedded one). `at` is the first instant of
 * `times` equal happenings in a row, or of accesses to sectors one behind the other; of an access to where
 * nothing is, `times` counts all of its kind, in a row or not.
 */
export type TimelineEvent = { readonly at: Instant; readonly times: number } & (
  | { readonly kind: 'portIo'; readonly port: number; readonly size: number; readonly isWrite: boolean }
  | { readonly kind: 'memoryIo'; readonly address: number; readonly size: number; readonly isWrite: boolean }
  /** By pvpanic. `goesOn`: into a kernel that dumps it. */
  | { readonly kind: 'guestPanic'; readonly goesOn: boolean }
  | { readonly kind: 'irq'; readonly vector: number }
  | {
      readonly kind: 'diskRead' | 'diskWrite'
      readonly drive: string
      readonly first: number
      readonly sectors: number
    }
  | ({ readonly kind: 'diskError' } & DiskError)
  | { readonly kind: 'mediumChange'; readonly drive: string; readonly isEmpty: boolean }
  | {
      readonly kind: 'modeChange'
      readonly mode: 'text' | 'graphics'
      readonly width: number
      readonly height: number
    }
  | { readonly kind: 'biosCall'; readonly service: string; readonly ah: number }
)

/** The last `count` of them, a line each. */
export function describeTimeline(events: readonly TimelineEvent[], count: number): readonly string[] {
  return events.slice(-count).map((event) => {
    const times = event.times > 1 && !event.kind.startsWith('disk') ? ` ×${event.times}` : ''
    return `${milliseconds(event.at)} ms  ${describe(event)}${times}`
  })
}

function describe(event: TimelineEvent): string {
  switch (event.kind) {
    case 'portIo':
      return `${event.isWrite ? 'write to' : 'read from'} port ${hex(event.port)}: nothing is there`
    case 'memoryIo':
      return `${event.isWrite ? 'write to' : 'read from'} ${hex(event.address)}: nothing is there`
    case 'guestPanic':
      return panicNote(event.goesOn)
    case 'irq':
      return `interrupt ${hex(event.vector)}`
    case 'diskRead':
    case 'diskWrite':
      return `${event.kind === 'diskRead' ? 'reads' : 'writes'} ${sectorsOf(event)} of ${event.drive}`
    case 'diskError':
      return diskErrorText(event)
    case 'mediumChange':
      return `${event.drive} ${event.isEmpty ? 'is emptied' : 'gets another medium'}`
    case 'modeChange':
      return `${event.mode}, ${event.width}×${event.height}`
    case 'biosCall':
      return `BIOS ${event.service}, AH=${event.ah.toString(16).padStart(2, '0').toUpperCase()}h`
  }
}

/** Why a guest does not get sectors. */
export function diskErrorText(error: DiskError): string {
  const disk = error.isImage ? `the disk image on ${error.drive}` : error.drive
  if (error.why === 'outsideGeometry') {
    return `wants ${placeOf(error)} of ${disk}, whose last is ${placeOf(error.last)}`
  }
  const which = `${sectorsOf(error)} of ${disk}`
  return error.why === 'unreadable'
    ? `cannot read ${which}`
    : `wants ${which}, which has ${error.of === 1 ? 'one' : error.of}`
}

function placeOf({ cylinder, head, sector }: DiskPlace): string {
  return `cylinder ${cylinder}, head ${head}, sector ${sector}`
}

function sectorsOf({ first, sectors }: { readonly first: number; readonly sectors: number }): string {
  return sectors === 1 ? `sector ${first}` : `sectors ${first} to ${first + sectors - 1}`
}

/** What a guest says by pvpanic. */
export function panicNote(goesOn: boolean): string {
  return `the guest says by pvpanic that it has panicked${goesOn ? ', and starts a kernel that dumps it' : ''}`
}

const hex = (value: number) => `0x${value.toString(16)}`

function milliseconds({ ns }: Instant): string {
  return (Number(ns / 1000n) / 1000).toFixed(3).padStart(10)
}
