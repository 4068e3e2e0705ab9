// Makes src/support/font-8x16.ts and src/support/font-8x8.ts: fonts with all of code page 437.
//
//   apt-get download fonts-spleen && dpkg-deb -x fonts-spleen_*.deb spleen
//   node scripts/font/make-font.mjs spleen/usr/share/consolefonts
//
// Glyphs come from Spleen (BSD-2-Clause, see NOTICE); the ones that it lacks from own-glyphs.txt. Box drawing
// is made here: Spleen draws double lines as single ones. The small font is Spleen's 5×8 in the middle of its
// cells; what that lacks, and what joins its neighbours, is every second line of the large one.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const height = 16
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/**
 * The characters of codes 0x00–0x1f and 0x7f as the VGA shows them; the others are Unicode's mapping of code
 * page 437.
 */
const characters = [
  ...'\u00a0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼',
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
  ...'⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐',
  ...'└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
]

/** Reads a PC Screen Font, version 1, with its Unicode table (Linux, Documentation of kbd: psf). */
function readPsf(bytes) {
  if (bytes.readUInt16LE(0) !== 0x0436 || bytes[3] !== height) throw new Error('not an 8×16 PSF1 font')
  const glyphs = bytes[2] & 1 ? 512 : 256
  const byCharacter = new Map()
  let glyph = 0
  let inSequence = false
  for (let at = 4 + glyphs * height; glyph < glyphs; at += 2) {
    const unit = bytes.readUInt16LE(at)
    if (unit === 0xffff) glyph++
    if (unit >= 0xfffe) inSequence = unit === 0xfffe
    else if (!inSequence) {
      byCharacter.set(String.fromCharCode(unit), bytes.subarray(4 + glyph * height, 4 + (glyph + 1) * height))
    }
  }
  return byCharacter
}

/** Reads version 2, whose Unicode table is in UTF-8. */
function readPsf2(bytes) {
  if (bytes.readUInt32LE(0) !== 0x864ab572) throw new Error('not a PSF2 font')
  const [start, , glyphs, size] = [8, 12, 16, 20].map((at) => bytes.readUInt32LE(at))
  const byCharacter = new Map()
  let at = start + glyphs * size
  for (let glyph = 0; glyph < glyphs; glyph++) {
    const end = bytes.indexOf(0xff, at)
    const sequences = bytes.indexOf(0xfe, at)
    const last = sequences >= 0 && sequences < end ? sequences : end
    for (const character of bytes.toString('utf8', at, last)) {
      byCharacter.set(character, bytes.subarray(start + glyph * size, start + (glyph + 1) * size))
    }
    at = end + 1
  }
  return byCharacter
}

/** Reads own-glyphs.txt. */
function readDrawings(text) {
  const byCharacter = new Map()
  for (const entry of text.trim().split('\n\n').slice(1)) {
    const [title, ...rows] = entry.split('\n')
    const [character, first] = title.split(' ')
    const glyph = new Uint8Array(height)
    rows.forEach((row, index) => {
      if (!/^[.#]{8}$/.test(row)) throw new Error(`${character}: bad row ${row}`)
      glyph[Number(first) + index] = Number.parseInt(row.replaceAll('.', '0').replaceAll('#', '1'), 2)
    })
    byCharacter.set(character, glyph)
  }
  return byCharacter
}

/** Box drawing characters with the lines (0, 1 or 2) of their left, right, upper and lower arm. */
const boxes = [
  ...[
    '│0011',
    '┤1011',
    '╡2011',
    '╢1022',
    '╖1002',
    '╕2001',
    '╣2022',
    '║0022',
    '╗2002',
    '╝2020',
    '╜1020',
    '╛2010',
  ],
  ...[
    '┐1001',
    '└0110',
    '┴1110',
    '┬1101',
    '├0111',
    '─1100',
    '┼1111',
    '╞0211',
    '╟0122',
    '╚0220',
    '╔0202',
    '╩2220',
  ],
  ...[
    '╦2202',
    '╠0222',
    '═2200',
    '╬2222',
    '╧2210',
    '╨1120',
    '╤2201',
    '╥1102',
    '╙0120',
    '╘0210',
    '╒0201',
    '╓0102',
  ],
  ...['╫1122', '╪2211', '┘1010', '┌0101'],
]

/** Upper left corners of strokes two pixels wide, by the number of lines. */
const verticalAt = [[], [3], [1, 5]]
const horizontalAt = [[], [7], [5, 9]]

/**
 * How far the lines of one axis reach across the cell. `low` and `high` tell which of their two arms exist,
 * `crossing` where the lines of the other axis lie, `before` and `after` which of the other axis' arms exist.
 * Answers, for line `index` of `count`, its parts as [first, last] pixel.
 */
function reach(index, count, { low, high, size, crossing, before, after }) {
  if (crossing.length === 0) return [[0, size - 1]]
  const [near, far] = [crossing[0], crossing.at(-1)]
  if (count === 2 && crossing.length === 2) {
    const open = index === 0 ? before : after
    return [...(low ? [[0, (open ? near : far) + 1]] : []), ...(high ? [[open ? far : near, size - 1]] : [])]
  }
  if (low && high) return [[0, size - 1]]
  const passes = before && after
  return low ? [[0, (passes ? near : far) + 1]] : [[passes ? far : near, size - 1]]
}

function drawBox(left, right, up, down) {
  const glyph = new Uint8Array(height)
  const fill = (x0, x1, y0, y1) => {
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) glyph[y] |= 0x80 >> x
  }
  const columns = verticalAt[Math.max(up, down)]
  const rows = horizontalAt[Math.max(left, right)]
  const across = { low: left, high: right, size: 8, crossing: columns, before: up, after: down }
  const along = { low: up, high: down, size: height, crossing: rows, before: left, after: right }
  rows.forEach((y, index) => {
    for (const [from, to] of reach(index, rows.length, across)) fill(from, to, y, y + 1)
  })
  columns.forEach((x, index) => {
    for (const [from, to] of reach(index, columns.length, along)) fill(x, x + 1, from, to)
  })
  return glyph
}

const box = new Map(boxes.map(([character, ...arms]) => [character, drawBox(...arms.map(Number))]))
const spleenFile = (size) => gunzipSync(readFileSync(join(process.argv[2], `spleen-${size}.psfu.gz`)))
const spleen = readPsf(spleenFile('8x16'))
const smallSpleen = readPsf2(spleenFile('5x8'))
const own = readDrawings(readFileSync(here('own-glyphs.txt'), 'utf8'))
if (characters.length !== 256) throw new Error(`${characters.length} characters`)

const large = characters.map((character) => {
  const glyph = box.get(character) ?? spleen.get(character) ?? own.get(character)
  if (glyph === undefined) throw new Error(`no glyph for ${character}`)
  return glyph
})

/** Blocks of code page 437, which join their neighbours as boxes do. */
const blocks = '░▒▓█▄▌▐▀'

const small = characters.map((character, code) => {
  const narrow = smallSpleen.get(character)
  const joins = box.has(character) || blocks.includes(character)
  // Spleen's small font leaves much of what it names blank.
  if (narrow?.some((row) => row !== 0) && !joins) return narrow.map((row) => row >> 1)
  return large[code].filter((_, line) => line % 2 === 0)
})

function fontFile(glyphs, height) {
  const lines = glyphs.map(
    (glyph, code) => `  '${Buffer.from(glyph).toString('hex')}', // ${characters[code].trim() || '(blank)'}`,
  )
  return `// Made by scripts/font/make-font.mjs from Spleen 1.9.1 (BSD-2-Clause, see NOTICE) and own-glyphs.txt.

import { bytesOfHex } from './hex.ts'

${height === 16 ? sizes : ''}/** Code page 437 by code: one byte a row, top row first, leftmost pixel in bit 7. */
const rows = [
${lines.join('\n')}
]

/** Row \`y\` of the glyph of \`code\` is byte \`${height} * code + y\`; its leftmost pixel is bit 7. */
export const ${height === 16 ? 'font' : 'smallFont'}: Uint8Array = bytesOfHex(rows.join(''))
`
}

const sizes = `/** In pixels, of a glyph. */
export const glyphWidth = 8
export const glyphHeight = 16

`

writeFileSync(here('../../src/support/font-8x16.ts'), fontFile(large, 16))
writeFileSync(here('../../src/support/font-8x8.ts'), fontFile(small, 8))
