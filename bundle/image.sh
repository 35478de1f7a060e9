# shellcheck shell=bash
# Sourced by what makes a bundle and by what installs it.
engine=${engine:-docker} # or podman

# What an engine says of an image that decides what runs, in one hash: the layers' own hashes
# (of what is unpacked) and how it is started. An image's ID is another one in engines that count
# differently (containerd's image store); this is the same everywhere.
fingerprint() { # image
    "$engine" image inspect --format '{{.Os}} {{.Architecture}} {{json .RootFS.Layers}} {{json .Config.Entrypoint}} {{json .Config.Env}} {{json .Config.User}} {{json .Config.WorkingDir}}' "$1" |
        sha256sum | cut -d ' ' -f 1
}

image_id() { # image
    local id
    id=$("$engine" image inspect --format '{{.Id}}' "$1") || return
    echo "${id#sha256:}"
}

load_archive() { # file
    if [[ $engine == podman ]]; then
        gzip -dc "$1" | podman load --quiet >/dev/null # Podman 4.3 reads no gzipped archive itself
    else
        "$engine" load --quiet --input "$1" >/dev/null
    fi
}

has_image() { "$engine" image inspect "$1" >/dev/null 2>&1; }

# Runs an image's own test, as strictly as a job would be run.
run_self_test() { # image, the words after python3 -m
    local image=$1
    shift
    "$engine" run --rm --network none --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges --pids-limit 256 --entrypoint python3 "$image" -m "$@"
}
