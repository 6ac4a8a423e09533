# shellcheck shell=bash
# A lab of three hosts of its own for a benchmark, which is removed at the end, however it comes. Needs say.sh and steps.sh.
#
# The benchmark sets: root (the repository), prefix, port, runtime (docker or runc), and relocate (the program, or nothing).
# shellcheck disable=SC2154

scratch=''
lab_begun=false
measured=false

end_lab() {
    stop_step
    if $lab_begun; then
        # The lab takes them with it.
        if ! $measured && cp -rT "/var/lib/relocate-lab-$prefix/logs" "$root/.build/bench-$prefix-logs"; then
            say "The lab's logs are in .build/bench-$prefix-logs"
        fi
        "$relocate" lab down --prefix "$prefix" --purge >/dev/null || warn "the lab could not be taken down: see above"
    fi
    if [[ -n $scratch ]]; then rm -rf "$scratch"; fi
}

# Says what is wrong with what the benchmark was asked for, or lacks.
check_lab() {
    local tool needed=(runc criu nft nsenter setpriv python3)
    [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || fail "--port must be 1 to 65535, is '$port'"
    [[ $runtime == docker || $runtime == runc ]] || fail "--runtime must be docker or runc, is '$runtime'"
    ((EUID == 0)) || fail "moving real containers needs root"
    if [[ $runtime == docker ]]; then needed+=(dockerd); fi
    for tool in "${needed[@]}"; do
        command -v "$tool" >/dev/null || fail "$tool is missing" "Run scripts/bootstrap --bench first."
    done
}

# begin_lab IMAGE…: builds the program, packs the images, starts the lab. Afterwards scratch is a folder that goes with it.
begin_lab() {
    exec 9>"/run/lock/relocate-bench-$prefix.lock"
    flock --nonblock 9 || fail "another benchmark with the prefix '$prefix' is running"
    on_leaving end_lab
    if [[ -z $relocate ]]; then
        say "Building the program (release)"
        step swift build --package-path "$root" --configuration release --product relocate
        relocate=$root/.build/release/relocate
    fi
    relocate=$(realpath "$relocate")
    [[ -x $relocate ]] || fail "$relocate is not a program"
    step "$root/scripts/demo-images" "$root/.build/demo-images" "$@"
    scratch=$(mktemp -d)
    if "$relocate" lab status --prefix "$prefix" >/dev/null 2>&1; then
        fail "a lab is up already" "It is not this script's. If it may go: $relocate lab down --prefix $prefix"
    fi
    lab_begun=true
    # What a lab that was killed left behind.
    step "$relocate" lab down --prefix "$prefix" --purge >/dev/null
    step "$relocate" lab up --prefix "$prefix" --port "$port" --runtime "$runtime"
}
