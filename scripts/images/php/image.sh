# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# PHP-FPM with three workers behind nginx, which listens on port 80.
packages=(php8.2-fpm nginx busybox-static)

build() {
    local module
    add_busybox
    add_program usr/sbin/php-fpm8.2
    add_program usr/sbin/nginx
    mkdir -p "$root"/{etc/nginx,etc/php/8.2/fpm,var/www,var/lib/nginx,var/log/nginx}
    for module in $(cd "$unpacked" && echo usr/lib/php/2*/opcache.so); do
        take "$module"
        add_libraries "$module"
    done
    cp "$images/php/nginx.conf" "$root/etc/nginx/"
    cp "$images/php/"php{,-fpm}.* "$root/etc/php/8.2/fpm/"
    cp "$images/php/count.php" "$root/var/www/"
    archive docker --port 80/tcp -- sh -c 'nginx && exec php-fpm8.2 --nodaemonize --allow-to-run-as-root'
}
