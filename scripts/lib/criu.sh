# shellcheck shell=bash
# A CRIU that works on this machine's kernel. Needs say.sh and packages.sh.
#
# CRIU and kernel move together: from 6.11 on a CRIU before 4.1 cannot start (vDSO bounds), from 6.16 on one before 4.2
# cannot dump TCP sockets, and none before 3.19 can leave the network to us (--network-lock skip). Where the installed
# release's package is too old, a newer release's package is unpacked, with its libraries and its own loader, into a
# prefix of its own. The system's libc is left alone.

readonly criu_prefix=/usr/local/lib/relocate/criu
readonly criu_wrapper=/usr/local/sbin/criu
readonly criu_stamp=/usr/local/lib/relocate/criu.verified

# The oldest CRIU that serves the running kernel.
criu_needed() {
    local kernel
    kernel=$(uname -r | sed 's/[^0-9.].*//')
    if dpkg --compare-versions "$kernel" ge 6.16; then
        echo 4.2
    elif dpkg --compare-versions "$kernel" ge 6.11; then
        echo 4.1
    else
        echo 3.19
    fi
}

# criu_version COMMAND…: its version, or nothing if it cannot even say that.
criu_version() { "$@" --version 2>/dev/null | sed -n 's/^Version: //p'; }

# criu_fit COMMAND…: succeeds if this CRIU's version and its own check of the kernel are good; else says why not.
criu_fit() {
    local version needed
    version=$(criu_version "$@")
    needed=$(criu_needed)
    if [[ -z $version ]]; then
        say "  it does not run"
    elif ! dpkg --compare-versions "$version" ge "$needed"; then
        say "  it is $version, and kernel $(uname -r) needs $needed or later"
    elif ! "$@" check >/dev/null 2>&1; then
        say "  it is $version, but 'criu check' fails:"
        "$@" check 2>&1 | grep '^Error' | head -3 | sed 's/^/    /'
    else
        return 0
    fi
    return 1
}

# What was verified: binary, version and kernel. A change of any of them calls for a new proof.
criu_identity() {
    local binary
    binary=$(command -v criu) || return 1
    printf '%s %s %s\n' "$(stat --format='%n %Y' "$binary")" "$(criu_version "$binary")" "$(uname -r)"
}

criu_verified() { [[ -f $criu_stamp ]] && [[ $(criu_identity) == "$(<"$criu_stamp")" ]]; }

record_criu_verified() {
    mkdir -p "${criu_stamp%/*}"
    criu_identity >"$criu_stamp"
}

# become_subject FOLDER: becomes a web server for FOLDER, in a network namespace of its own and with none of this
# script's descriptors.
become_subject() {
    local descriptor number
    for descriptor in /proc/self/fd/*; do
        number=${descriptor##*/}
        if ((number > 2)); then exec {number}>&-; fi
    done
    cd /
    exec setsid unshare --net busybox httpd -f -p 8080 -h "$1" </dev/null >/dev/null 2>&1
}

# True once a server answers in the subject's namespace, held open as descriptor 8. A page that is not there is an
# answer too. It is asked a hundred times.
subject_answers() {
    local attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        if nsenter --net=/proc/$BASHPID/fd/8 sh -c \
            'ip link set lo up && busybox wget -q -O- http://127.0.0.1:8080/ 2>&1 | grep -q 404'; then
            return 0
        fi
        sleep 0.02
    done
    return 1
}

# The proof: a server with a TCP socket is dumped, is gone, is restored under its old pid, and answers again. Runs in
# a subshell, so that its trap and its descriptor end with it. Leaves the logs in SCRATCH.
criu_smoke_test() (
    local scratch=$1 subject
    mkdir "$scratch/empty"
    become_subject "$scratch/empty" &
    subject=$!
    trap 'kill -KILL "$subject" 2>/dev/null || true' EXIT
    # Until unshare has run, the namespace is still ours.
    local attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        [[ $(readlink "/proc/$subject/ns/net") == "$(readlink /proc/self/ns/net)" ]] || break
        sleep 0.02
    done
    exec 8<"/proc/$subject/ns/net"
    subject_answers || fail "the server used as a test subject did not start"

    local options=(--images-dir "$scratch" --tcp-established --network-lock skip --manage-cgroups=ignore -v4)
    nsenter --net=/proc/$BASHPID/fd/8 criu dump --tree "$subject" "${options[@]}" --log-file dump.log || return 1
    wait "$subject" 2>/dev/null || true
    nsenter --net=/proc/$BASHPID/fd/8 criu restore --restore-detached "${options[@]}" --log-file restore.log || return 1
    subject_answers || return 1
)

# Proves the criu on PATH by use, or fails with CRIU's own words.
prove_criu() {
    local scratch
    scratch=$(mktemp -d)
    say "Proving CRIU: dumping and restoring a server with a listening TCP socket"
    if criu_smoke_test "$scratch" >"$scratch/output" 2>&1; then
        rm -r "$scratch"
        record_criu_verified
        return 0
    fi
    warn "$(command -v criu) could not dump and restore a server:"
    # Without CAP_SYS_RESOURCE CRIU complains of RLIMIT_NOFILE and goes on: that is not the reason.
    grep -h -s -E '^error|Error' "$scratch/output" "$scratch"/*.log | grep -v RLIMIT_NOFILE | head -5 |
        sed 's/^/  /' >&2 || true
    rm -r "$scratch"
    return 1
}

# unpack_private_criu FOLDER: the closure downloaded under FOLDER becomes the prefix, and the wrapper runs it.
unpack_private_criu() {
    local folder=$1 loader libraries next=$criu_prefix.next
    unpack_closure "$folder" "$folder/root"
    rm -rf "$next"
    mkdir -p "$next/usr/sbin"
    cp "$folder/root/usr/sbin/criu" "$next/usr/sbin/criu"
    # Of the closure only shared libraries and the loader are used; character sets, manuals and tools are left out.
    libraries=$(cd "$folder/root" && echo usr/lib/*-linux-gnu*)
    mkdir -p "$next/$libraries"
    find "$folder/root/$libraries" -maxdepth 1 -name '*.so*' -exec cp --no-dereference -t "$next/$libraries" {} +
    loader=$(cd "$next" && echo "$libraries"/ld-linux*.so.*)
    [[ -x $next/$loader ]] || return 1
    criu_fit "$next/$loader" --library-path "$next/$libraries" "$next/usr/sbin/criu" || return 1

    rm -rf "$criu_prefix"
    mv "$next" "$criu_prefix"
    # exec, and nothing before it: this runs twice in every relocation, also with a socket handed in (criu swrk).
    printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
        "$criu_prefix/$loader" "$criu_prefix/$libraries" "$criu_prefix/usr/sbin/criu" >"$criu_wrapper.next"
    chmod 755 "$criu_wrapper.next"
    mv "$criu_wrapper.next" "$criu_wrapper"
    hash -r
}

# Newer releases to look in, best first.
criu_suites() {
    local distribution
    distribution=$(. /etc/os-release && echo "${ID:-}")
    case $distribution in
    ubuntu) printf '%s\n' devel "$(release_codename)-backports" ;;
    *) printf '%s\n' unstable testing "$(release_codename)-backports" ;;
    esac
}

install_private_criu() {
    local suite folder tried=()
    for suite in $(criu_suites); do
        say "Taking CRIU and its libraries from $suite into $criu_prefix (the system's libraries stay as they are)"
        tried+=("$suite")
        # apt downloads as a user of its own, who has to reach the folder.
        folder=$(mktemp -d)
        chmod 755 "$folder"
        if use_suite "$suite" "$folder" && fetch_closure "$folder" criu && unpack_private_criu "$folder"; then
            rm -r "$folder"
            return 0
        fi
        sed -n 's/^[EW]: /  /p' "$folder"/*.log 2>/dev/null | head -3
        rm -r "$folder"
    done
    fail "no CRIU that serves kernel $(uname -r) could be had (needed: $(criu_needed) or later)" \
        "Tried: the installed criu, this release's package, and ${tried[*]} of the machine's own package mirror." \
        "What would be right: a mirror that carries one of these, or a criu of that version first on PATH." \
        "What works without it: the simulated mode, which moves no real container."
}

# The release's own package, where it is new enough.
install_release_criu() {
    local candidate
    candidate=$(LC_ALL=C apt-cache policy criu 2>/dev/null | sed -n 's/^ *Candidate: //p')
    [[ -n $candidate && $candidate != '(none)' ]] || return 1
    dpkg --compare-versions "${candidate%%-*}" ge "$(criu_needed)" || return 1
    say "Installing this release's criu $candidate: it serves kernel $(uname -r)"
    install_packages criu
    hash -r
    criu_fit criu
}

ensure_criu() {
    if criu_verified; then return 0; fi
    if command -v criu >/dev/null; then
        say "Checking $(command -v criu)"
        if criu_fit criu && prove_criu; then return 0; fi
    fi
    if install_release_criu && prove_criu; then return 0; fi
    install_private_criu
    prove_criu || fail "CRIU $(criu_version criu) is installed as $(command -v criu), but does not work here" \
        "Most often the kernel lacks CONFIG_CHECKPOINT_RESTORE, or this is a container without CRIU's capabilities." \
        "'criu check --all' names what is missing. The simulated mode works without it."
}
