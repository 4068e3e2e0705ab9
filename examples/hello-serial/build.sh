#!/bin/sh
# Builds hello-serial.elf, here or in the folder given.
set -eu
out=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"
object=$(mktemp)
trap 'rm -f "$object"' EXIT
nasm -f elf32 -o "$object" kernel.asm
ld -m elf_i386 --build-id=none -z max-page-size=4096 -T kernel.ld -o "$out/hello-serial.elf" "$object"
