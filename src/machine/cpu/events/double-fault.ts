import { factsOf } from './exceptions.ts'

/**
 * What becomes of a fault raised while exception `first` was delivered: it is delivered itself, or a double
 * fault is, or the processor shuts down (SDM volume 3, table 6-5 and 6.15, interrupt 8).
 */
export function combine(first: number, second: number): 'second' | 'doubleFault' | 'shutdown' {
  const before = factsOf(first).contribution
  const now = factsOf(second).contribution
  if (before === 'doubleFault') return 'shutdown'
  if (before === 'benign' || now === 'benign') return 'second'
  return before === 'contributory' && now === 'pageFault' ? 'second' : 'doubleFault'
}
