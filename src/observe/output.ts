/** The places a guest can print to. `debugConsole` is QEMU's and Bochs' debug port (0xe9, or as asked). */
export type SerialPort = 'com1' | 'com2' | 'com3' | 'com4'
export type OutputPort = SerialPort | 'debugConsole'

export const serialPorts: readonly SerialPort[] = ['com1', 'com2', 'com3', 'com4']
export const outputPorts: readonly OutputPort[] = [...serialPorts, 'debugConsole']
