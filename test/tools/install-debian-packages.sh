#!/bin/sh
# Installs what the tests need from Debian. Without root it names what is missing, and the tests that need it are
# skipped by name. Says nothing and does nothing when all is there. (requirements.ts has the same list.)
set -eu

wanted='arm-none-eabi-gcc:gcc-arm-none-eabi gdb-multiarch:gdb-multiarch qemu-system-arm:qemu-system-arm
        lldb:lldb dtc:device-tree-compiler make:make xz:xz-utils
        /usr/lib/arm-none-eabi/newlib/rdimon.specs:libnewlib-arm-none-eabi'
packages=
for entry in $wanted; do
    command -v "${entry%%:*}" >/dev/null 2>&1 || [ -e "${entry%%:*}" ] || packages="$packages ${entry#*:}"
done
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "armhyp: tests need what Debian has in:$packages; without them they are skipped" >&2
elif [ "$(id -u)" -ne 0 ]; then
    echo "armhyp: as root, 'apt-get install$packages' brings what some tests need; without it they are skipped" >&2
else
    echo "armhyp: installing$packages" >&2
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
