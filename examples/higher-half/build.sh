#!/bin/sh
# Builds higher-half.elf, here or in the folder given.
set -eu
out=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
nasm -f elf64 -o "$objects/boot.o" boot.asm
nasm -f elf64 -o "$objects/kernel.o" kernel.asm
ld -m elf_x86_64 --build-id=none -z max-page-size=4096 -T kernel.ld -o "$out/higher-half.elf" \
  "$objects/boot.o" "$objects/kernel.o"
