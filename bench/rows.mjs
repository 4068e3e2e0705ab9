// Rows of a table: what must be, what is aimed at, what was measured.

export const heads = ['', 'must', 'aim', 'measured', 'QEMU', 'holds']

/** Two digits, or a whole number. */
export const short = (value) => (value < 10 ? `${Number(value.toPrecision(2))}` : value.toFixed(0))
const wantsMore = (show) => Object.assign(show, { wantsMore: true })
export const times = wantsMore((value) => `${short(value)} × TCG`)
export const timesQemu = wantsMore((value) => `${short(value)} × QEMU`)
export const rate = wantsMore((value) => `${short(value / 1e6)} MB/s`)
export const seconds = (value) => `${short(value)} s`
export const megabytes = (value) => `${short(value / 1e6)} MB`
export const milliseconds = (value) => `${short(value * 1e3)} ms`
export const microseconds = (value) => `${short(value * 1e6)} µs`
export const kilobytes = (value) => `${Math.round(value / 1e3)} KB`

/**
 * `must` and `aim` in the unit that `show` is given, or null. `qemu`: the same there, where that says
 * something.
 */
export function row(metric, show, must, aim, value, qemu = null) {
  const there = qemu === null ? '' : show(qemu)
  if (must === null) return [metric, '', '', show(value), there, '']
  const reaches = (bar) => (show.wantsMore ? value >= bar : value <= bar)
  const verdict = reaches(aim) ? 'aim' : reaches(must) ? 'yes' : '**no**'
  return [metric, show(must), show(aim), show(value), there, verdict]
}
