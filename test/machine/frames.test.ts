import { expect, test } from 'vitest'
import type { Cpu } from '../../src/machine/cpu/cpu.ts'
import { longMode } from './long-mode.ts'
import { registersOf, setRegisters } from './register-file.ts'

const codeAt = 0x10_0000
/** The page below is not present. */
const stackPage = 0x18_0000
const directory = 0x8000
const table = 0x9000

/** 32-bit code with paging: everything is mapped one to one, but for the page below the stack's. */
function flatMachine(code: readonly number[], esp: number, ebp = 0): Cpu {
  const { cpu } = longMode(new Uint8Array(code))
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset)
  view.setUint32(directory, table | 3, true)
  for (let page = 0; page < 1024; page++) view.setUint32(table + 4 * page, (page << 12) | 3, true)
  view.setUint32(table + 4 * ((stackPage >> 12) - 1), 0, true)
  cpu.ram.fill(0x5a, stackPage, stackPage + 0x1000)
  const general = Array.from({ length: 16 }, (_, number) => (number < 8 ? BigInt(0x1111 * number) : 0n))
  general[4] = BigInt(esp)
  general[5] = BigInt(ebp)
  const modes = { cr0: 0x8001_0011, cr3: BigInt(directory), cr4: 0, efer: 0, long: false }
  setRegisters(cpu, { general, rip: BigInt(codeAt), rflags: 2, ...modes })
  return cpu
}

/** Runs one instruction into a page fault: where, with what code, and whether anything has changed. */
function faultOf(cpu: Cpu) {
  const before = registersOf(cpu)
  const { stop } = cpu.run(1)
  const stack = cpu.ram.subarray(stackPage, stackPage + 0x1000)
  expect(stop).toMatchObject({ kind: 'exception', vector: 14 })
  expect(registersOf(cpu)).toEqual(before)
  expect(stack.every((byte) => byte === 0x5a)).toBe(true)
  return `${cpu.faultAddress.toString(16)} ${stop.kind === 'exception' ? stop.code : ''}`
}

const pusha = [0x60]
const popa = [0x61]
const leave = [0xc9]
const enter = (bytes: number, level: number) => [0xc8, bytes & 0xff, bytes >> 8, level]

test('PUSHA faults at the push that has no page, and has written none', () => {
  expect(faultOf(flatMachine(pusha, stackPage + 8))).toBe('17fffc 2')
  // The third push lies over both pages.
  expect(faultOf(flatMachine(pusha, stackPage + 10))).toBe('17fffe 2')
})

test('POPA reads all eight before it loads any', () => {
  expect(faultOf(flatMachine(popa, stackPage - 12))).toBe('17fff4 0')
})

test('LEAVE moves no pointer where the frame is not there', () => {
  expect(faultOf(flatMachine(leave, stackPage + 64, stackPage - 4))).toBe('17fffc 0')
})

test('ENTER probes its pushes, the frames that it copies, and the new top', () => {
  expect(faultOf(flatMachine(enter(0, 0), stackPage, stackPage + 64))).toBe('17fffc 2')
  expect(faultOf(flatMachine(enter(0, 3), stackPage + 12, stackPage + 64))).toBe('17fffc 2')
  expect(faultOf(flatMachine(enter(0, 3), stackPage + 64, stackPage + 4))).toBe('17fffc 0')
  expect(faultOf(flatMachine(enter(0x80, 0), stackPage + 64, stackPage + 128))).toBe('17ffbc 2')
})

test('ENTER that comes through leaves a frame that LEAVE takes down', () => {
  const cpu = flatMachine([...enter(16, 2), ...leave], stackPage + 256, stackPage + 512)
  const before = registersOf(cpu)
  cpu.run(1)
  expect(registersOf(cpu).general[5]).toBe(BigInt(stackPage + 252))
  expect(registersOf(cpu).general[4]).toBe(BigInt(stackPage + 256 - 12 - 16))
  cpu.run(1)
  expect(registersOf(cpu).general).toEqual(before.general)
})
