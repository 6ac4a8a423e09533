# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# HAProxy on port 80, master and worker, in front of nginx in the same container.
packages=(haproxy nginx busybox-static)

build() {
    local version
    add_busybox
    add_program usr/sbin/haproxy
    add_program usr/sbin/nginx
    mkdir -p "$root"/{etc/nginx,etc/haproxy,var/www,var/lib/nginx,var/log/nginx}
    in_root root:root /usr/bin/haproxy -v
    version=$(sed -nE 's/^HAProxy version ([0-9.]+).*/\1/p' "$scratch/$name.log")
    sed "s/VERSION/$version/" "$images/haproxy/haproxy.cfg" >"$root/etc/haproxy/haproxy.cfg"
    sed 's/listen 80;/listen 127.0.0.1:8080;/' "$images/web/nginx.conf" >"$root/etc/nginx/nginx.conf"
    cp "$images/web/index.html" "$root/var/www/"
    archive docker --port 80/tcp -- sh -c 'nginx && exec haproxy -W -db -f /etc/haproxy/haproxy.cfg'
}
