/**
 * Which room may import what: the table of the house. A room is a folder or a single file; the longest match
 * owns a file. Inside a room every import is free; `mayImport` names other rooms, or single files of them.
 */
export interface Room {
  readonly path: string
  readonly mayImport: readonly string[]
  /** Packages, and Node's built-ins by name; `node:*` is any built-in. */
  readonly packages: readonly string[]
}

const engineContract = [
  'src/engines/engine.ts',
  'src/boot/plan.ts',
  'src/boot/memory-map.ts',
  'src/observe',
  'src/support',
]

const machineGround = [
  'src/machine/clock.ts',
  'src/machine/layout.ts',
  'src/machine/machine-shape.ts',
  'src/support',
]

export const rooms: readonly Room[] = [
  { path: 'src/support', mayImport: [], packages: [] },
  { path: 'src/observe', mayImport: ['src/support'], packages: [] },
  { path: 'src/image', mayImport: ['src/image/elf.ts', 'src/support'], packages: [] },
  { path: 'src/image/elf.ts', mayImport: ['src/image', 'src/support'], packages: ['elfy', 'node:buffer'] },
  { path: 'src/boot', mayImport: ['src/image', 'src/support'], packages: [] },
  {
    path: 'src/machine',
    mayImport: ['src/support', ...['bus', 'cpu', 'devices', 'firmware'].map((name) => `src/machine/${name}`)],
    packages: [],
  },
  { path: 'src/machine/bus', mayImport: machineGround, packages: [] },
  {
    path: 'src/machine/cpu',
    mayImport: [
      'src/machine/bus',
      ...['float', 'transcendental', 'wasm'].map((name) => `src/machine/cpu/${name}`),
      ...machineGround,
    ],
    packages: [],
  },
  { path: 'src/machine/cpu/float', mayImport: ['src/machine/cpu/wasm', 'src/support'], packages: [] },
  { path: 'src/machine/cpu/transcendental', mayImport: ['src/machine/cpu/float'], packages: [] },
  { path: 'src/machine/cpu/wasm', mayImport: ['src/support'], packages: [] },
  { path: 'src/machine/devices', mayImport: ['src/machine/bus', ...machineGround], packages: [] },
  {
    path: 'src/machine/firmware',
    mayImport: [
      'src/machine/bus',
      'src/machine/devices/medium.ts',
      'src/machine/media/drive.ts',
      'src/machine/media/image-on-disc.ts',
      ...machineGround,
    ],
    packages: [],
  },
  {
    path: 'src/engines/engine.ts',
    mayImport: ['src/boot/plan.ts', 'src/observe', 'src/support'],
    packages: [],
  },
  { path: 'src/engines/qemu', mayImport: engineContract, packages: ['node:*'] },
  { path: 'src/engines/embedded', mayImport: [...engineContract, 'src/machine'], packages: ['node:*'] },
  {
    path: 'src/pool',
    mayImport: ['src/engines/engine.ts', 'src/boot/plan.ts', 'src/observe', 'src/support'],
    packages: ['tinypool', 'node:*'],
  },
  ...['serve-embedded.ts', 'serve-qemu.ts'].map((file) => ({
    path: `src/pool/${file}`,
    mayImport: ['src/pool', 'src/engines'],
    packages: [],
  })),
  {
    path: 'src/session',
    mayImport: ['src/pool', 'src/engines/engine.ts', 'src/boot', 'src/image', 'src/observe', 'src/support'],
    packages: ['node:*'],
  },
  {
    path: 'src/report',
    mayImport: ['src/observe', 'src/image', 'src/support'],
    packages: ['pngjs', 'pixelmatch', 'node:*'],
  },
  { path: 'matchers', mayImport: ['src/observe', 'src/report', 'src/support'], packages: [] },
  {
    path: 'src/vitest',
    mayImport: [
      'src/pool',
      'src/session',
      'src/report',
      'src/observe',
      'src/image',
      'matchers',
      'src/support',
    ],
    packages: ['vitest', 'vite', 'node:*'],
  },
  {
    path: 'src/cli',
    mayImport: [
      'src/vitest',
      'src/pool',
      'src/session',
      'src/boot',
      'src/image',
      'src/report',
      'src/observe',
      'src/engines',
      'src/support',
    ],
    packages: ['smol-toml', 'node:*'],
  },
  {
    path: 'src/index.ts',
    mayImport: ['src/vitest', 'src/session', 'src/observe', 'matchers', 'src/support/errors.ts'],
    packages: [],
  },
]
