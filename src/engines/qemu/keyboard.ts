import { type Key, keysOfPress } from '../../observe/keys.ts'
import { isSilentPress } from '../../support/silent-press.ts'
import { BiosKeys } from './bios-keys.ts'
import type { Monitor } from './monitor.ts'
import type { QtestClient } from './qtest-client.ts'

/** QEMU's names of the keys (qapi/ui.json, QKeyCode) where they differ from ours. */
const qcodes: Partial<Record<Key, string>> = {
  '-': 'minus',
  '=': 'equal',
  '[': 'bracket_left',
  ']': 'bracket_right',
  '\\': 'backslash',
  ';': 'semicolon',
  "'": 'apostrophe',
  '`': 'grave_accent',
  ',': 'comma',
  '.': 'dot',
  '/': 'slash',
  enter: 'ret',
  escape: 'esc',
  space: 'spc',
  meta: 'meta_l',
  rightshift: 'shift_r',
  rightctrl: 'ctrl_r',
  rightalt: 'alt_r',
  rightmeta: 'meta_r',
  pageup: 'pgup',
  pagedown: 'pgdn',
  capslock: 'caps_lock',
  numlock: 'num_lock',
  scrolllock: 'scroll_lock',
  printscreen: 'print',
  kp0: 'kp_0',
  kp1: 'kp_1',
  kp2: 'kp_2',
  kp3: 'kp_3',
  kp4: 'kp_4',
  kp5: 'kp_5',
  kp6: 'kp_6',
  kp7: 'kp_7',
  kp8: 'kp_8',
  kp9: 'kp_9',
  kpdivide: 'kp_divide',
  kpmultiply: 'kp_multiply',
  kpminus: 'kp_subtract',
  kpplus: 'kp_add',
  kpenter: 'kp_enter',
  kpdot: 'kp_decimal',
}

/**
 * Between two changes of a key, so that a guest that polls for keys sees each one. Milliseconds of guest
 * time.
 */
const paceMs = 10
const nsPerMs = 1_000_000n

/**
 * Presses waiting for the guest. QEMU drops keys that come while the machine stands still, and those that are
 * too many for its queue; a BIOS drops those that the guest does not take. So they are kept here, and handed
 * over one by one while the machine runs.
 */
export class Keyboard {
  readonly #monitor: Monitor
  readonly #biosKeys: BiosKeys
  #waiting: (readonly Key[])[] = []
  #busyUntilNs = 0n

  constructor(monitor: Monitor, qtest: QtestClient) {
    this.#monitor = monitor
    this.#biosKeys = new BiosKeys(qtest)
  }

  /**
   * Queues presses: names as {@link keysOfPress} knows them.
   * @throws KernelTestError KT3013 when there is no such key; nothing is queued then.
   */
  press(presses: readonly string[]): void {
    this.#waiting.push(...presses.map(keysOfPress))
  }

  /** Some presses are not with QEMU yet. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /**
   * Hands over the next press once the guest has taken what came before. To be called now and then while the
   * machine runs; `nowNs` is guest time.
   */
  async pump(nowNs: bigint): Promise<void> {
    const [press, ...rest] = this.#waiting
    if (press === undefined || nowNs < this.#busyUntilNs) return
    if (!isSilentPress(press) && (await this.#biosKeys.areKept(nowNs))) return
    this.#waiting = rest
    const keys = press.map((key) => ({ type: 'qcode', data: qcodes[key] ?? key }))
    await this.#monitor.execute('send-key', { keys, 'hold-time': paceMs })
    this.#busyUntilNs = nowNs + BigInt(press.length * 2 * paceMs) * nsPerMs
  }
}
