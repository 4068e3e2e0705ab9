#!/bin/sh
# Builds bare-elf64.elf, here or in the folder given.
set -eu
out=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"
object=$(mktemp)
trap 'rm -f "$object"' EXIT
nasm -f elf64 -o "$object" kernel.asm
ld -m elf_x86_64 --build-id=none -z max-page-size=4096 -T kernel.ld -o "$out/bare-elf64.elf" "$object"
