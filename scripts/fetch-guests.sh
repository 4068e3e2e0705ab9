#!/bin/sh
# Unpacks the Debian packages that test/boot boots: real kernels, which have licences of their own and so
# are not in the tree. Installs nothing, needs no root, and does nothing for what is there already. Prints
# the directory they are in.
# Usage: fetch-guests.sh [PACKAGE...], by default all that the tests need.
set -eu

cache="${XDG_CACHE_HOME:-$HOME/.cache}/kerneltest/debian"
[ $# -gt 0 ] || set -- memtest86+ linux-image-cloud-amd64 busybox-static isolinux syslinux-common ipxe

# The package with the files: what a metapackage depends on today.
files_of() {
  case $1 in
  linux-image-*)
    depends='s/^ *Depends: \(linux-image-[^ ]*\)$/\1/p'
    target=$(apt-cache depends --important "$1" | sed -n "$depends" | head -n 1)
    echo "${target:-$1}"
    ;;
  *) echo "$1" ;;
  esac
}

fetch() {
  work=$(mktemp -d "$cache/fetch-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  package=$(files_of "$1")
  # As root apt would download as another user, who may not write here.
  (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2) || {
    echo "fetch-guests: apt cannot download $package; run apt-get update, or look at its sources" >&2
    return 1
  }
  dpkg-deb -x "$work"/*.deb "$work/files"
  # Another run may have been faster: what is there is as good.
  mv -T "$work/files" "$cache/$1" 2>/dev/null || [ -d "$cache/$1" ]
  rm -rf "$work"
}

mkdir -p "$cache"
for package; do
  [ -d "$cache/$package" ] || fetch "$package"
done
echo "$cache"
