# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# supervisord with cron, a loop that ticks, and a server on port 9000 that tells what both have written.
packages=(supervisor cron busybox-static)

build() {
    add_busybox
    add_python
    take usr/lib/python3/dist-packages
    # busybox has one of its own.
    rm -f "$root/usr/bin/crond"
    add_program usr/sbin/cron
    mkdir -p "$root"/{srv,etc/cron.d,etc/supervisor,var/log/supervisor,var/spool/cron/crontabs}
    cp "$images/cron/supervisord.conf" "$root/etc/supervisor/"
    cp "$images/cron/"{tell.py,tick.sh} "$root/srv/"
    printf '%s\n' '* * * * * root echo "cron $(date +\%s)" >>/run/ticks' >"$root/etc/cron.d/tick"
    archive docker --port 9000/tcp --env PYTHONDONTWRITEBYTECODE=1 -- \
        python3 -c 'import supervisor.supervisord as s; s.main(["-n", "-c", "/etc/supervisor/supervisord.conf"])'
}
