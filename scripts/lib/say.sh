# shellcheck shell=bash
# Messages. Progress goes to stdout, what went wrong to stderr.

say() { printf '%s\n' "$*"; }

warn() { printf 'warning: %s\n' "$*" >&2; }

# fail MESSAGE [HINT…]: the error first, then what would be right, one hint a line.
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    if (($#)); then printf '       %s\n' "$@" >&2; fi
    exit 1
}
