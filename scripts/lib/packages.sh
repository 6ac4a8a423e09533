# shellcheck shell=bash
# Debian packages: what is missing, installing it without starting its services, and unpacking packages
# into a private folder without installing them at all. Needs say.sh.

readonly policy=/usr/sbin/policy-rc.d
readonly policy_aside=/usr/sbin/policy-rc.d.relocate-aside
readonly policy_mark='# Placed by Relocate while it installs packages.'

# The code name of this machine's release, such as bookworm.
release_codename() (
    # shellcheck source=/dev/null
    . /etc/os-release
    printf '%s\n' "${VERSION_CODENAME:-}"
)

# Of the packages named, those that are not installed, one a line.
missing_packages() {
    local installed package
    installed=$(dpkg-query --show --showformat='${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
        sed -n 's/^\([^: ]*\).* installed$/\1/p')
    for package; do
        grep --quiet --line-regexp --fixed-strings -- "$package" <<<"$installed" || printf '%s\n' "$package"
    done
}

# Debian asks /usr/sbin/policy-rc.d before a package's scripts start a service; 101 means no. A Docker or Redis of
# the machine's own would take ports and firewall rules that the lab's hosts need.
forbid_service_starts() {
    allow_service_starts # An earlier run may have been killed before it could.
    if [[ -e $policy || -L $policy ]]; then mv "$policy" "$policy_aside"; fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
    chmod 755 "$policy"
}

allow_service_starts() {
    if grep --quiet --fixed-strings "$policy_mark" "$policy" 2>/dev/null; then rm "$policy"; fi
    if [[ -e $policy_aside || -L $policy_aside ]]; then mv "$policy_aside" "$policy"; fi
}

# True if apt has an index that offers every package named.
offered() {
    local package
    for package; do
        apt-cache show --no-all-versions "$package" >/dev/null 2>&1 || return 1
    done
}

# install_packages PACKAGE…: without their recommendations and without starting anything.
install_packages() {
    if ! offered "$@"; then
        say "Refreshing the package index: it does not offer all of: $*"
        apt-get -qq update || warn "apt-get update reported errors; trying with the index as it is"
    fi
    forbid_service_starts
    local status=0
    # A lock held by another apt is waited for; its own output is shown only when it fails.
    local log
    log=$(mktemp)
    DEBIAN_FRONTEND=noninteractive apt-get -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 \
        install "$@" >"$log" 2>&1 || status=$?
    allow_service_starts
    if ((status)); then cat "$log" >&2; fi
    rm "$log"
    ((status == 0)) || fail "apt-get could not install: $*" \
        "Its own words are above. Once the cause is gone, run this script again."
}

# derive_sources SUITE FOLDER: writes the machine's own package sources into FOLDER, with their mirror, components
# and keyring, but pointing at SUITE instead of the release that is installed.
derive_sources() {
    local suite=$1 folder=$2 codename file
    codename=$(release_codename)
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ -e $file ]] || continue
        awk -v known="$codename stable oldstable" -v suite="$suite" '
            BEGIN { RS = ""; FS = "\n"; ORS = "\n\n"; split(known, words, " "); for (i in words) release[words[i]] }
            {
                wanted = 0; stanza = ""
                for (i = 1; i <= NF; i++) {
                    line = $i; field = tolower(line)
                    if (line ~ /^#/) continue
                    if (field ~ /^enabled:[ \t]*(no|false|0)/) next
                    if (field ~ /^types:/) line = "Types: deb"
                    if (field ~ /^suites:/) {
                        n = split(line, words, /[ \t]+/)
                        for (j = 2; j <= n; j++) if (words[j] in release) wanted = 1
                        line = "Suites: " suite
                    }
                    stanza = stanza (stanza == "" ? "" : "\n") line
                }
                if (wanted) print stanza
            }' "$file" >>"$folder/derived.sources"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ -e $file ]] || continue
        sed -nE "s/^(deb\s+(\[[^]]*\]\s+)?\S+\s+)($codename|stable|oldstable)(\s)/\1$suite\4/p" "$file" \
            >>"$folder/derived.list"
    done
    [[ -s $folder/derived.sources || -s $folder/derived.list ]]
}

# Where private_apt reads package indexes: the machine's own, until use_suite says otherwise.
private_indexes=(-o Dir::State::lists=/var/lib/apt/lists)

# private_apt FOLDER ARGUMENT…: apt-get resolving as for an empty machine, with its cache and state under FOLDER. What
# it downloads is then the whole closure of libraries; the machine's own packages are neither consulted nor touched.
private_apt() {
    local folder=$1
    shift
    mkdir -p "$folder"/{archives/partial,state}
    : >"$folder/state/status"
    apt-get -y -qq -o Dir::State="$folder/state" -o Dir::State::status="$folder/state/status" -o Dir::Cache="$folder" \
        -o Acquire::Languages=none -o APT::Install-Recommends=false "${private_indexes[@]}" "$@"
}

# Makes private_apt read SUITE of the machine's mirror, with lists of its own under FOLDER.
use_suite() {
    local suite=$1 folder=$2
    mkdir -p "$folder"/{sources,lists/partial}
    derive_sources "$suite" "$folder/sources" || return 1
    private_indexes=(-o Dir::State::lists="$folder/lists"
        -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$folder/sources")
    private_apt "$folder" update >"$folder/update.log" 2>&1
}
# fetch_closure FOLDER PACKAGE…: downloads packages and all they depend on into FOLDER/archives.
fetch_closure() {
    local folder=$1
    shift
    private_apt "$folder" --download-only install "$@" >"$folder/download.log" 2>&1
}

# closure_of FOLDER PACKAGE…: file name and checksum of every package fetch_closure would download, sorted.
closure_of() {
    local folder=$1
    shift
    private_apt "$folder" --print-uris install "$@" | awk '{ print $2, $4 }' | sort
}

# unpack_closure FOLDER ROOT: unpacks what was downloaded, running none of the packages' scripts.
unpack_closure() {
    local folder=$1 root=$2 package
    # Merged /usr, as on the systems these packages are made for.
    mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
    for package in bin sbin lib lib64; do ln -s "usr/$package" "$root/$package"; done
    for package in "$folder"/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink --no-same-owner
    done
}
