import { test } from 'vitest'
import { passesGrubTest } from './grub-tests.ts'

test("GRUB's own test sleep, which polls the clock for ten seconds, passes on the embedded engine", () =>
  passesGrubTest('sleep'))
