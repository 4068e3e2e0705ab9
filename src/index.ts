export type { AddressSpace } from './observe/address-space.ts'
export type { Ending } from './observe/ending.ts'
export type { OutputLog } from './observe/output-log.ts'
export type { Registers } from './observe/registers.ts'
export type { Screen } from './observe/screen.ts'
export { boot } from './session/boot.ts'
export type { BootOptions } from './session/boot-options.ts'
export type {
  Frame,
  MemoryHandle,
  OutputHandle,
  PageTablesHandle,
  RegistersHandle,
  ScreenHandle,
  SerialHandle,
  Until,
  Vm,
} from './session/vm.ts'
export { type ErrorCode, KernelTestError } from './support/errors.ts'
export { expect } from './vitest/expect.ts'
export { type KernelFixtures, test } from './vitest/test.ts'
