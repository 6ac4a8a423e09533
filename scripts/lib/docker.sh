# shellcheck shell=bash
# What Docker needs to move containers, beside a daemon. Needs say.sh.

readonly criu_settings=/etc/criu/runc.conf

# What runc, and through it Docker, hands on to CRIU: connections stay, and no lock of CRIU's own, since the agents hold
# packets themselves; clients that are just connecting ask again; files that were deleted while they are in use go along.
# `relocate agent doctor` asks for the same. Lines that are there stay, and of a setting with a number any will do.
ensure_criu_settings() {
    local line missing=()
    for line in tcp-established 'network-lock skip' skip-in-flight ext-unix-sk file-locks link-remap 'ghost-limit 1G'; do
        if [[ $line == ghost-limit* ]]; then
            grep --quiet --extended-regexp '^ghost-limit[ =]' "$criu_settings" 2>/dev/null || missing+=("$line")
        else
            grep --quiet --line-regexp --fixed-strings -- "$line" "$criu_settings" 2>/dev/null || missing+=("$line")
        fi
    done
    ((${#missing[@]})) || return 0
    say "Adding to $criu_settings: ${missing[*]}"
    mkdir -p "${criu_settings%/*}"
    printf '%s\n' "${missing[@]}" >>"$criu_settings"
}
