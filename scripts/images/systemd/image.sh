# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# systemd as the first process, with one service on port 80.
packages=(systemd busybox-static)

build() {
    local file
    add_busybox
    take usr/lib/systemd
    while read -r file; do add_libraries "$file"; done < <(
        cd "$unpacked" && find usr/lib/systemd -maxdepth 1 -type f -exec sh -c 'head -c 4 "$1" | grep -q ELF' sh {} \; -print)
    mkdir -p "$root"/{etc/systemd/system/multi-user.target.wants,var/www}
    cp "$images/systemd/web.service" "$root/etc/systemd/system/multi-user.target.wants/"
    cp "$images/web/index.html" "$root/var/www/"
    : >"$root/etc/machine-id"
    archive docker --port 80/tcp --env container=docker -- /usr/lib/systemd/systemd --unit=multi-user.target
}
