/** What the guest was doing when its time was up. */
export type Activity = 'idle' | 'busy' | 'waitsForKey' | 'firmware'
