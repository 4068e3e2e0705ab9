import { byFunction } from '../bios/service.ts'
import { fontFunctions } from './int10-fonts.ts'
import { informationFunctions } from './int10-information.ts'
import { modeFunctions } from './int10-mode.ts'
import { paletteFunctions } from './int10-palette.ts'
import { pixelFunctions } from './int10-pixels.ts'
import { textFunctions } from './int10-text.ts'
import { vbeFunctions } from './vbe/int10-vbe.ts'

/** INT 10h: the screen. */
export const int10 = byFunction(
  new Map([
    ...modeFunctions,
    ...textFunctions,
    ...pixelFunctions,
    ...paletteFunctions,
    ...fontFunctions,
    ...informationFunctions,
    ...vbeFunctions,
  ]),
  () => 'done',
)
