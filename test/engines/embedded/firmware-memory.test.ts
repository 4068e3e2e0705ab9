import { expect, test } from 'vitest'
import { planOfFile } from '../../boot-plans/plan-of.ts'
import { kernel } from '../../kernels/build.ts'
import { openPlan } from './open-embedded.ts'

test('a kernel is told the memory map and where ACPI is', async () => {
  const { machine, run, printed } = await openPlan(planOfFile(kernel('pvh-report')))
  await run()
  expect(printed('com1').replace(/^[\s\S]*(?=^rsdp)/m, '')).toMatchInlineSnapshot(`
    "rsdp RSD PTR 
    map 00000000 00000000 00000000 0009fc00 00000001 
    map 00000000 0009fc00 00000000 00000400 00000002 
    map 00000000 000f0000 00000000 00010000 00000002 
    map 00000000 00100000 00000000 07ef0000 00000001 
    map 00000000 07ff0000 00000000 0000f000 00000003 
    map 00000000 07fff000 00000000 00001000 00000004 
    map 00000000 fee00000 00000000 00001000 00000002 
    map 00000000 fffc0000 00000000 00040000 00000002 
    "
  `)
  await machine.close()
})
