# shellcheck shell=bash
# A shell and small programs.
packages=(busybox-static)

build() {
    add_busybox
    archive tar
}
