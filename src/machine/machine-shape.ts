/** `pc`: an i440FX with a PIIX3, of the nineties. `q35`: a Q35 with an ICH9, of 2007. */
export type MachineShape = 'pc' | 'q35'
