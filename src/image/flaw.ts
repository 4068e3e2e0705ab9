/** Every flaw that kerneltest knows. `docs/images.md` has a row for each. */
export const flawIds = [
  'address-wrap',
  'boot-catalog',
  'boot-entry-past-end',
  'boot-entry-unusable',
  'cd-in-floppy-drive',
  'code-not-executable',
  'entry-is-physical',
  'entry-outside-segments',
  'file-size-exceeds-memory-size',
  'file-system-past-end',
  'gpt-damaged',
  'iso-past-end',
  'kernel-past-end',
  'limine-requests',
  'multiboot1-checksum',
  'multiboot1-in-elf64',
  'multiboot1-misaligned',
  'multiboot1-too-far',
  'multiboot1-unknown-flags',
  'multiboot2-architecture',
  'multiboot2-checksum',
  'multiboot2-misaligned',
  'multiboot2-tags',
  'multiboot2-too-far',
  'multiboot2-unknown-tag',
  'needs-interpreter',
  'no-boot-catalog',
  'no-boot-code',
  'no-boot-header',
  'no-boot-signature',
  'no-segments',
  'no-symbols',
  'no-volume',
  'non-canonical-address',
  'not-raw',
  'not-whole-sectors',
  'partition-empty',
  'partition-past-end',
  'partition-status',
  'partitions-overlap',
  'position-independent',
  'protective-without-gpt',
  'pvh-entry-outside-segments',
  'pvh-note-not-loaded',
  'sections-past-end',
  'segment-above-4-gib',
  'segment-in-low-memory',
  'segment-past-end',
  'segments-overlap',
  'segments-share-page',
  'symbols-cut',
  'two-active-partitions',
  'unaligned-segment',
  'writable-executable-segment',
] as const

export type FlawId = (typeof flawIds)[number]

/** Something about an image that will bite, told in three parts: sentences without a full stop. */
export interface Flaw {
  /** A stable short name, as `writable-executable-segment`. */
  readonly id: FlawId
  /** `fatal`: no protocol can start it. */
  readonly severity: 'fatal' | 'warning' | 'note'
  readonly what: string
  readonly consequence: string
  readonly mend: string
}
