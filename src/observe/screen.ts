/** What the display shows at one instant. */
export type Screen = TextScreen | GraphicsScreen

/** A VGA text mode: one code page 437 code and one attribute byte a cell, row by row. */
export interface TextScreen {
  readonly kind: 'text'
  readonly columns: number
  readonly rows: number
  readonly codes: Uint8Array
  readonly attributes: Uint8Array
  /** Null when the cursor is switched off or outside the screen. */
  readonly cursor: { readonly row: number; readonly column: number } | null
  /** Attribute bit 7 makes the cell blink; otherwise it is the background's intensity. */
  readonly blinks: boolean
}

/** `pixels`: RGBA, 8 bits each, row by row, alpha always 255. */
export interface GraphicsScreen {
  readonly kind: 'graphics'
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}
