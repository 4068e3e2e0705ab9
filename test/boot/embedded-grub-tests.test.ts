import { test } from 'vitest'
import { passesGrubTest } from './grub-tests.ts'

// They compute for seconds: none of the media that every comparison plays.
test.each(['div', 'pbkdf2', 'shift'])(
  "GRUB's own test %s passes on the embedded engine",
  { timeout: 180_000 },
  passesGrubTest,
)
