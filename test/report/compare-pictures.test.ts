import { expect, test } from 'vitest'
import { comparePictures } from '../../src/report/compare-pictures.ts'
import { drawScreen } from '../../src/report/draw-screen.ts'
import { decodePng, encodePng, type Picture } from '../../src/report/png.ts'
import { textScreen } from './text-screen.ts'

/** A picture from rows of digits: each a gray of 0, 16, … 144. */
function gray(...rows: string[]): Picture {
  const digits = rows.join('')
  const pixels = new Uint8Array(digits.length * 4)
  for (let i = 0; i < digits.length; i++) pixels.set([...Array(3).fill(Number(digits[i]) * 16), 255], i * 4)
  return { width: rows[0]?.length ?? 0, height: rows.length, pixels }
}

/** `x` mismatch, `/` masked, `.` equal. */
function marks({ width, pixels }: Picture): string[] {
  const rows: string[] = []
  for (let at = 0; at < pixels.length; at += 4) {
    const [red, green] = [pixels[at] ?? 0, pixels[at + 1] ?? 0]
    const mark = red === 220 && green === 20 ? 'x' : red === 160 || red === 200 ? '/' : '.'
    if ((at / 4) % width === 0) rows.push('')
    rows[rows.length - 1] += mark
  }
  return rows
}

test('one value of one pixel is a mismatch', () => {
  const result = comparePictures(gray('00', '00'), gray('00', '01'), [], {})
  expect(result).toMatchObject({ pass: false, mismatched: 1, compared: 4, sameSize: true })
  expect(marks(result.difference)).toEqual(['..', '.x'])
})

test('masked pixels are not compared', () => {
  const result = comparePictures(
    gray('000', '000'),
    gray('010', '100'),
    [{ x: 1, y: -1, width: 9, height: 2 }],
    {},
  )
  expect(result).toMatchObject({ pass: false, mismatched: 1, compared: 4 })
  expect(marks(result.difference)).toEqual(['.//', 'x..'])
})

test('different sizes never pass, and both are shown', () => {
  const result = comparePictures(gray('000', '000'), gray('00', '00', '00'), [], {
    allowedMismatchedPixels: 100,
  })
  expect(result).toMatchObject({ pass: false, sameSize: false, mismatched: 4, compared: 9 })
  expect(marks(result.difference)).toEqual(['..x', '..x', 'xx.'])
})

test('tolerances: number and share of pixels, the stricter wins, and colour distance', () => {
  const [a, b] = [gray('0000'), gray('0011')]
  expect(comparePictures(a, b, [], { allowedMismatchedPixels: 2 }).pass).toBe(true)
  expect(comparePictures(a, b, [], { allowedMismatchedPixelRatio: 0.5 }).pass).toBe(true)
  expect(
    comparePictures(a, b, [], { allowedMismatchedPixels: 2, allowedMismatchedPixelRatio: 0.25 }).pass,
  ).toBe(false)
  expect(comparePictures(a, b, [], { threshold: 0.2 }).pass).toBe(true)
  expect(comparePictures(a, gray('0099'), [], { threshold: 0.2, includeAA: true }).mismatched).toBe(2)
})

test('a PNG file gives back the picture', () => {
  const picture = drawScreen(textScreen([['Hello World!', 0x0b]]))
  const { width, height, pixels } = decodePng(encodePng(picture), 'hello.png')
  expect([width, height]).toEqual([640, 400])
  expect(Buffer.from(pixels).equals(picture.pixels)).toBe(true)
})

test('a file that is no PNG', () => {
  expect(() =>
    decodePng(Buffer.from('hello'), '__screenshots__/boot.test.ts/boot-vga.png'),
  ).toThrowErrorMatchingInlineSnapshot(`
    [KernelTestError: KT5020: __screenshots__/boot.test.ts/boot-vga.png is not a PNG picture: There are some read requests waitng on finished stream
      Restore the file from version control, or delete it and run with -u to make it anew.]
  `)
})
