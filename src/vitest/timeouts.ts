/**
 * Above the wall-clock guard of a machine with the longest default limit: 60 s with UEFI, and 5 s for a slow
 * host.
 */
export const defaultTestTimeoutMs = 70_000

/** From a machine's limit to the test's time-out: 5 s to the guard, and 5 s more. */
export const timeoutMarginMs = 10_000
