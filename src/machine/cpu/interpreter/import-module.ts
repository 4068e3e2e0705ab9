/** The module that the core imports everything from; apart, since who only runs the core needs no builder. */
export const importModule = 'machine'
