import { closestName } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'

/** The keys of a US keyboard: by the character that they give without shift, otherwise by a name. */
export const keys = [
  ...(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'] as const),
  ...(['n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z'] as const),
  ...(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const),
  ...(['-', '=', '[', ']', '\\', ';', "'", '`', ',', '.', '/'] as const),
  ...(['enter', 'escape', 'tab', 'space', 'backspace'] as const),
  ...(['shift', 'ctrl', 'alt', 'meta', 'rightshift', 'rightctrl', 'rightalt', 'rightmeta', 'menu'] as const),
  ...(['up', 'down', 'left', 'right', 'insert', 'delete', 'home', 'end', 'pageup', 'pagedown'] as const),
  ...(['capslock', 'numlock', 'scrolllock', 'printscreen', 'pause'] as const),
  ...(['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'] as const),
  ...(['kp0', 'kp1', 'kp2', 'kp3', 'kp4', 'kp5', 'kp6', 'kp7', 'kp8', 'kp9'] as const),
  ...(['kpdivide', 'kpmultiply', 'kpminus', 'kpplus', 'kpenter', 'kpdot'] as const),
] as const

export type Key = (typeof keys)[number]

/** Other names that people know the keys by. */
const aliases: Readonly<Record<string, Key>> = {
  ' ': 'space',
  '\n': 'enter',
  '\t': 'tab',
  return: 'enter',
  esc: 'escape',
  control: 'ctrl',
  altgr: 'rightalt',
  win: 'meta',
  super: 'meta',
  del: 'delete',
  ins: 'insert',
  pgup: 'pageup',
  pgdn: 'pagedown',
  print: 'printscreen',
}

const unshifted = "`1234567890-=[]\\;',./"
const shifted = '~!@#$%^&*()_+{}|:"<>?'

/**
 * The keys of one press, in the order in which they go down. `press` is a key's name, a character (`A` and
 * `!` come with shift), or several joined by hyphens or plus signs: `ctrl-alt-delete`, `ctrl+alt+del`,
 * `ctrl--`.
 * @throws KernelTestError KT3013 when there is no such key.
 */
export function keysOfPress(press: string): readonly Key[] {
  return namesIn(press).flatMap((name) => keysOfName(name, press))
}

/**
 * The presses that type `text` on a US keyboard, one a character.
 * @throws KernelTestError KT3013 when a character is not on it.
 */
export function pressesOfText(text: string): readonly string[] {
  const presses = Array.from(text.replaceAll('\r\n', '\n'))
  for (const press of presses) keysOfPress(press)
  return presses
}

/** A hyphen or a plus sign joins, unless it is itself what is joined: alone, or after another joint. */
function namesIn(press: string): readonly string[] {
  if (isJoint(press)) return [press]
  const last = press.slice(-1)
  const isJoined = isJoint(last) && isJoint(press.slice(-2, -1))
  return isJoined ? [...press.slice(0, -2).split(/[-+]/), last] : press.split(/[-+]/)
}

function isJoint(text: string): boolean {
  return text === '-' || text === '+'
}

function keysOfName(name: string, press: string): readonly Key[] {
  const letter = /^[A-Z]$/.test(name)
  const key = letter ? keyNamed(name.toLowerCase()) : keyNamed(name)
  if (key !== undefined) return letter ? ['shift', key] : [key]
  const mark = name.length === 1 ? shifted.indexOf(name) : -1
  const base = mark < 0 ? undefined : keyNamed(unshifted.charAt(mark))
  if (base !== undefined) return ['shift', base]
  throw new KernelTestError('KT3013', sentence(name, press), hint(name))
}

function keyNamed(name: string): Key | undefined {
  return keys.find((key) => key === name) ?? (Object.hasOwn(aliases, name) ? aliases[name] : undefined)
}

function sentence(name: string, press: string): string {
  const quoted = JSON.stringify(name)
  return name === press
    ? `there is no key ${quoted} on a US keyboard`
    : `there is no key ${quoted} on a US keyboard (in ${JSON.stringify(press)})`
}

function hint(name: string): string {
  const names = [...keys, ...Object.keys(aliases)].filter((known) => known.length > 1)
  const closest = name.length > 1 ? closestName(name, names) : null
  const guess = closest === null ? '' : `Did you mean ${JSON.stringify(closest)}? `
  return `${guess}Keys are named by the character that they give, or as "enter", "f1", "up", "ctrl-alt-delete".`
}
