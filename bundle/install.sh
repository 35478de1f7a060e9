#!/usr/bin/env bash
# Verifies this folder, loads its images, compares them and has each test itself; --help tells more.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Whatever of the two checks is damaged itself, the other one stops: see main for the second.
(cd "$here" && grep '\.sh$' SHA256SUMS | sha256sum -c >/dev/null) || { echo "install.sh: a script is not as SHA256SUMS says. Nothing was loaded." >&2 && exit 3; }

usage() {
    cat <<'TEXT'
Usage: ./install.sh [--key KEY | --sums-sha256 HEX] [--engine docker|podman] [--replace]

Verifies every file of this folder, as ./verify.sh does with the same --key or --sums-sha256, then loads
the images, compares each with what was exported, and has each segment or score its built-in sample.
Where anything differs it stops, with nothing loaded or with what it loaded removed again.

  --engine NAME  docker (the default) or podman
  --replace      take the place of images that have the same names and are others

Needs bash, sha256sum, coreutils and the engine; no network, no root beyond what the engine wants.
Exit codes: 0 installed, 1 the engine failed, 2 the call is wrong, 3 a file or image is not what was made.
TEXT
}

refuse() { # exit code, what is wrong
    echo "install.sh: $2" >&2
    exit "$1"
}

read_arguments() {
    engine=docker replace=false origin=()
    while (($#)); do
        case $1 in
            --key | --sums-sha256)
                [[ -n ${2-} ]] || refuse 2 "$1 takes a value. See: ./install.sh --help"
                origin+=("$1" "$2")
                shift
                ;;
            --engine)
                [[ ${2-} == docker || ${2-} == podman ]] || refuse 2 "--engine takes docker or podman, not '${2-}'."
                engine=$2
                shift
                ;;
            --replace) replace=true ;;
            -h | --help) usage && exit ;;
            *) refuse 2 "unknown argument '$1'. See: ./install.sh --help" ;;
        esac
        shift
    done
}

# Reads images.list: name, ID, fingerprint, archive and the words of the self-test, or -.
read_images() {
    names=() archives=()
    declare -gA ids=() prints=() tests=()
    local name id print archive words
    while read -r name id print archive words; do
        names+=("$name")
        ids[$name]=$id prints[$name]=$print tests[$name]=$words
        [[ " ${archives[*]} " == *" $archive "* ]] || archives+=("$archive")
    done <images.list
}

is_released() { # image
    [[ $(image_id "$1") == "${ids[$1]}" || $(fingerprint "$1") == "${prints[$1]}" ]]
}

# What is there already and stays if the rest fails; others of the same names only go when asked.
look_around() {
    local name
    declare -gA were_there=() # under its name, the ID of what was there
    "$engine" info >/dev/null 2>&1 || refuse 1 "no $engine engine answers. Nothing was loaded. See: $engine info"
    for name in "${names[@]}"; do
        has_image "$name" || continue
        were_there[$name]=$(image_id "$name")
        is_released "$name" || $replace ||
            refuse 3 "another image is called $name here. Nothing was loaded. Remove or rename it, or say --replace."
    done
}

take_back() {
    local name
    for name in "${names[@]}"; do
        if [[ -n ${were_there[$name]-} ]]; then
            "$engine" tag "${were_there[$name]}" "$name" || true
        else
            "$engine" image rm --force "$name" >/dev/null 2>&1 || true
        fi
    done
}

give_up() { # exit code, what is wrong
    take_back
    refuse "$1" "$2 What was loaded is removed again."
}

load_images() {
    local archive
    for archive in "${archives[@]}"; do
        echo "Loading $archive ..."
        load_archive "$archive" || give_up 1 "$engine could not load $archive."
    done
}

compare_images() {
    local name
    for name in "${names[@]}"; do
        has_image "$name" || give_up 3 "$name: expected the image, found none after loading."
        is_released "$name" ||
            give_up 3 "$name: expected ID ${ids[$name]}, found $(image_id "$name"), whose layers or start differ, too."
        echo "$name is the image that was exported (${ids[$name]:0:12})."
    done
}

test_images() {
    local name words
    for name in "${names[@]}"; do
        read -ra words <<<"${tests[$name]}"
        if [[ ${words[0]} == - ]]; then
            echo "$name has no self-test: its ID is what shows that it is the released one."
            continue
        fi
        echo "$name tests itself ..."
        run_self_test "$name" "${words[@]}" || case $? in
            125 | 126 | 127) give_up 1 "$engine could not run $name, see above." ;;
            *) give_up 3 "$name does not compute what was released, see above." ;;
        esac
    done
}

main() {
    read_arguments "$@"
    bash "$here/verify.sh" "${origin[@]}" || refuse 3 "this folder is not what was made. Nothing was loaded."
    cd "$here"
    # shellcheck source=bundle/image.sh
    source ./image.sh
    read_images
    look_around
    load_images
    compare_images
    test_images
    echo "Installed: ${names[*]}. The manual: $here/manual/index.html"
}

main "$@"
exit
