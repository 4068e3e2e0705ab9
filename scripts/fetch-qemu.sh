#!/bin/sh
# Unpacks QEMU 10.0 from Debian 12's backports beside the installed one and prints the path of a wrapper that starts it.
# Touches nothing outside its cache directory, needs no root, and does nothing when the wrapper is there and works.
set -eu

cache="${XDG_CACHE_HOME:-$HOME/.cache}/kerneltest/qemu-10"
wrapper="$cache/qemu-system-x86_64"
if [ -x "$wrapper" ] && "$wrapper" --version >/dev/null 2>&1; then
  echo "$wrapper"
  exit 0
fi

rm -rf "$cache"
work="$cache/apt"
mkdir -p "$work/lists/partial" "$work/archives/partial" "$cache/root"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=http://deb.debian.org/debian
for suite in bookworm bookworm-backports; do
  echo "deb [signed-by=$keyring] $mirror $suite main"
done >"$work/sources.list"

# A configuration of its own: the installed packages are read, so that only what is missing is downloaded.
apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives" \
    -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Install-Recommends=false "$@" >&2
}
apt update
# --reinstall: these are unpacked even where the same version is installed.
apt install --yes --download-only --reinstall -t bookworm-backports \
  qemu-system-x86 qemu-system-common qemu-system-data seabios ipxe-qemu

for package in "$work"/archives/*.deb; do
  dpkg-deb -x "$package" "$cache/root"
done
rm -rf "$work"

libraries="$cache/root/usr/lib/x86_64-linux-gnu:$cache/root/lib/x86_64-linux-gnu"
share="$cache/root/usr/share"
# Option ROMs and firmware lie in four directories; QEMU looks through every -L in order.
cat >"$wrapper.new" <<WRAPPER
#!/bin/sh
QEMU_MODULE_DIR='$cache/root/usr/lib/x86_64-linux-gnu/qemu' LD_LIBRARY_PATH='$libraries' \\
  exec '$cache/root/usr/bin/qemu-system-x86_64' \\
  -L '$share/qemu' -L '$share/seabios' -L '$cache/root/usr/lib/ipxe/qemu' "\$@"
WRAPPER
chmod +x "$wrapper.new"
"$wrapper.new" --version >&2
mv "$wrapper.new" "$wrapper"
echo "$wrapper"
