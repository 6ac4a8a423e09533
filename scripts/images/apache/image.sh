# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# Apache with event MPM on port 80. It is run by root and told that it is nobody: its workers stay root's, which CRIU can dump
# everywhere.
packages=(apache2-bin)

build() {
    local module modules=usr/lib/apache2/modules
    add_program usr/sbin/apache2
    mkdir -p "$root"/{etc/apache2,var/www,$modules}
    for module in mpm_event authz_core dir mime unixd headers; do
        [[ -f $unpacked/$modules/mod_$module.so ]] || continue # Some are part of the program.
        take "$modules/mod_$module.so"
        add_libraries "$modules/mod_$module.so"
    done
    compile not_root.c usr/lib/not_root.so -shared -fPIC
    cp "$images/apache/apache2.conf" "$root/etc/apache2/"
    cp "$images/web/index.html" "$root/var/www/"
    archive docker --port 80/tcp --env LD_PRELOAD=/usr/lib/not_root.so -- \
        apache2 -D FOREGROUND -f /etc/apache2/apache2.conf
}
