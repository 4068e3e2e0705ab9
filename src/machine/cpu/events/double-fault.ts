import { vector } from '../vector.ts'
import { factsOf } from './exceptions.ts'

/**
 * What becomes of a fault raised while exception `first` was delivered: it is delivered itself, or a double
 * fault is, or the processor shuts down (SDM volume 3, table 6-5 and 6.15, interrupt 8).
 */
export function combine(first: number, second: number): 'second' | 'doubleFault' | 'shutdown' {
  const before = factsOf(first).contribution
  const now = factsOf(second).contribution
  if (before === 'doubleFault') return 'shutdown'
  // It would push the same frame again for ever: silicon hangs, deaf even to NMI (CVE-2015-5307).
  if (first === vector.alignment && second === vector.alignment) return 'shutdown'
  if (before === 'benign' || now === 'benign') return 'second'
  return before === 'contributory' && now === 'pageFault' ? 'second' : 'doubleFault'
}
