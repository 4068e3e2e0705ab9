/**
 * What VGA text mode shows for each code, 32 a row (IBM code page 437; 0x01–0x1f and 0x7f as their graphics).
 */
const rows = [
  ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼',
  ' !"#$%&\'()*+,-./0123456789:;<=>?',
  '@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_',
  '`abcdefghijklmnopqrstuvwxyz{|}~⌂',
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ',
  'áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐',
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀',
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ',
]

/** One UTF-16 unit a code. The three codes that show nothing (0x00, 0x20, 0xff) are all a space. */
export const codePage437: readonly string[] = Array.from(rows.join(''))

/** The character that `code` (0–255) shows. */
export function characterOf(code: number): string {
  return codePage437[code & 0xff] ?? ' '
}
