# shellcheck shell=bash disable=SC2034,SC2154 # demo-images sets root and unpacked, and reads packages.
# supervisord with cron, a loop that ticks, and a server on port 9000 that tells what both have written.
packages=(supervisor cron libpam-modules busybox-static)

build() {
    local permit
    add_busybox
    add_python
    take usr/lib/python3/dist-packages
    # busybox has one of its own.
    rm -f "$root/usr/bin/crond"
    add_program usr/sbin/cron
    permit=$(cd "$unpacked" && echo usr/lib/*-linux-gnu*/security/pam_permit.so)
    take "$permit"
    mkdir -p "$root"/{srv,etc/cron.d,etc/pam.d,etc/supervisor,var/log/supervisor,var/spool/cron/crontabs}
    cp "$images/cron/supervisord.conf" "$root/etc/supervisor/"
    cp "$images/cron/"{tell.py,tick.sh} "$root/srv/"
    cp "$images/cron/crontab" "$root/etc/cron.d/tick"
    # cron asks whether root may run something now.
    printf '%s required pam_permit.so\n' auth account session >"$root/etc/pam.d/cron"
    # An image's files are of 1970, and cron, which reads its tables when they have changed, takes that for never.
    archive docker --port 9000/tcp --env PYTHONDONTWRITEBYTECODE=1 -- sh -c 'touch /etc/cron.d && exec python3 -c \
        "import supervisor.supervisord as s; s.main([\"-n\", \"-c\", \"/etc/supervisor/supervisord.conf\"])"'
}
