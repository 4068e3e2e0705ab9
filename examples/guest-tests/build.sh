#!/bin/sh
# Builds passing.elf, failing.elf and panicking.elf, here or in the folder given.
set -eu
out=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"
object=$(mktemp)
trap 'rm -f "$object"' EXIT
for name in passing failing panicking; do
  nasm -f elf32 -o "$object" "$name.asm"
  ld -m elf_i386 --build-id=none -z max-page-size=4096 -T kernel.ld -o "$out/$name.elf" "$object"
done
