// The CPU's core from the sources: to be imported by what makes machines without an engine.
import { useCore } from '../../src/machine/cpu/core-instance.ts'
import { buildCore } from '../../src/machine/cpu/interpreter/core.ts'

useCore(buildCore())
