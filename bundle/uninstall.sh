#!/usr/bin/env bash
# Removes the images that install.sh loaded; --help tells more.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'TEXT'
Usage: ./uninstall.sh [--engine docker|podman]

Removes the images that images.list names, where they are the ones of this folder: others of the same
names stay, and are named. Masks, measurements and models that you made are in your own folders and stay.

Exit codes: 0 none of them is left, 1 the engine failed, 2 the call is wrong, 3 some were left.
TEXT
}

refuse() { # exit code, what is wrong
    echo "uninstall.sh: $2" >&2
    exit "$1"
}

engine=docker left=()
while (($#)); do
    case $1 in
        --engine)
            [[ ${2-} == docker || ${2-} == podman ]] || refuse 2 "--engine takes docker or podman, not '${2-}'."
            engine=$2
            shift
            ;;
        -h | --help) usage && exit ;;
        *) refuse 2 "unknown argument '$1'. See: ./uninstall.sh --help" ;;
    esac
    shift
done

cd "$here"
# shellcheck source=bundle/image.sh
source ./image.sh
"$engine" info >/dev/null 2>&1 || refuse 1 "no $engine engine answers. See: $engine info"
while read -r name id print _; do
    if ! has_image "$name"; then
        echo "$name is not here."
    elif [[ $(image_id "$name") != "$id" && $(fingerprint "$name") != "$print" ]]; then
        left+=("$name (another image)")
    elif "$engine" image rm "$name" >/dev/null; then
        echo "Removed $name."
    else
        left+=("$name (in use, see above)")
    fi
done <images.list
((${#left[@]} == 0)) || refuse 3 "left: ${left[*]}."
