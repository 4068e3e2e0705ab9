#!/bin/sh
# Builds boot-sector.img, here or in the folder given.
set -eu
out=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"
nasm -f bin -o "$out/boot-sector.img" boot.asm
