/**
 * A cpio archive in the form that Linux takes as an initramfs (newc; buffer-format.rst), with executable
 * files.
 */
export function cpio(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(([name, bytes]) => entry(name, bytes, 0o100755))
  return Buffer.concat([...entries, entry('TRAILER!!!', new Uint8Array(), 0)])
}

function entry(name: string, bytes: Uint8Array, mode: number): Buffer {
  const inode = 1
  const links = 1
  const fields = [inode, mode, 0, 0, links, 0, bytes.length, 0, 0, 0, 0, name.length + 1, 0]
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`
  return Buffer.concat([padded(Buffer.from(header)), padded(bytes)])
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)])
}
