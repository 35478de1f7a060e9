# shellcheck shell=bash
# Sourced by .ci/run: a Docker engine, installed and started if none answers.

engine_pid=''

engine_answers() { docker info >/dev/null 2>&1; }

install_engine() {
    command -v dockerd >/dev/null && return
    echo "Installing a Docker engine ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends docker.io >/dev/null
}

# Builds use the host's network and containers none: no bridge, no firewall rules.
start_engine() {
    engine_answers && return
    install_engine
    engine_answers && return # where a service manager started it
    echo "Starting a Docker engine ..."
    mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
    # shellcheck disable=SC2086  # one variable holds several arguments
    dockerd --bridge=none --iptables=false --ip6tables=false ${DOCKERD_ARGS-} >"$1" 2>&1 &
    engine_pid=$!
    for _ in {1..60}; do
        engine_answers && return
        sleep 1
    done
    echo "The Docker engine did not start:" >&2
    tail -n 20 "$1" >&2
    return 1
}

stop_engine() {
    [[ -n $engine_pid ]] || return 0
    kill "$engine_pid" 2>/dev/null || true
    wait "$engine_pid" 2>/dev/null || true
}
