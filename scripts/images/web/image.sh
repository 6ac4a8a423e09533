# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# nginx on port 80.
packages=(nginx)

build() {
    mkdir -p "$root"/{etc/nginx,var/www,var/lib/nginx,var/log/nginx}
    add_program usr/sbin/nginx
    cp "$images/web/nginx.conf" "$root/etc/nginx/"
    cp "$images/web/index.html" "$root/var/www/"
    archive docker --port 80/tcp -- nginx -g 'daemon off;'
}
