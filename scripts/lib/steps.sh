# shellcheck shell=bash
# Long steps that can be interrupted at any time, and cleaning up afterwards. Needs say.sh.
#
# Bash acts on a signal only when the command in the foreground has ended. So each step runs in the background, as a
# process group of its own, and is waited for: a signal is acted on at once, and ends the step with all it has started.

set -m # Every background command gets a process group of its own, and heeds SIGINT.

step_group=

# step COMMAND…: runs it to its end and succeeds if it does. It gets no input and keeps no lock of ours.
step() {
    local status=0
    "$@" </dev/null 9>&- &
    step_group=$!
    wait "$step_group" || status=$?
    step_group=
    return "$status"
}

# Ends the step that runs, if any, and waits until it is gone.
stop_step() {
    [[ -n $step_group ]] || return 0
    local group=$step_group
    step_group=
    kill -INT -- "-$group" 2>/dev/null || return 0
    # A package manager finishes what it must not leave half done. Whoever still runs after a minute is told again.
    local attempt
    { # Bash would report the end of the job.
        for ((attempt = 0; attempt < 600; attempt++)); do
            kill -0 -- "-$group" || break
            sleep 0.1
        done
        kill -TERM -- "-$group" || true
        wait "$group" || true
    } 2>/dev/null
}

# on_leaving COMMAND: runs it once, however the script ends.
on_leaving() {
    leaving_command=$1
    trap 'leave $?' EXIT
    trap 'say "" && exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

leave() {
    trap '' INT TERM HUP
    trap - EXIT
    "$leaving_command"
    exit "$1"
}
