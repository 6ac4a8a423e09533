# shellcheck shell=bash
# What Docker needs to move containers, beside a daemon. Needs say.sh.

readonly criu_settings=/etc/criu/runc.conf

# What runc, and through it Docker, hands on to CRIU: connections stay, and no lock of CRIU's own, since the agents hold
# packets themselves. Lines that are there stay.
ensure_criu_settings() {
    local line missing=()
    for line in tcp-established 'network-lock skip' ext-unix-sk file-locks; do
        grep --quiet --line-regexp --fixed-strings -- "$line" "$criu_settings" 2>/dev/null || missing+=("$line")
    done
    ((${#missing[@]})) || return 0
    say "Adding to $criu_settings: ${missing[*]}"
    mkdir -p "${criu_settings%/*}"
    printf '%s\n' "${missing[@]}" >>"$criu_settings"
}
