#!/bin/sh
# Builds setup.img and disc.img, here or in the folder given.
set -eu
out=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"
for image in setup disc; do
  nasm -f bin -o "$out/$image.img" "$image.asm"
done
