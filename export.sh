#!/usr/bin/env bash
# Writes the images, and weights, as the archives that Grand Challenge takes; --help tells the rest.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'EOF'
Usage: ./export.sh [exec|invoke|all|none] [--cpu] [--only algorithm|evaluation] [--budget SECONDS|none]
                   [--prefix NAME] [--weights DIR] [--output DIR | --bundle DIR [--sign KEY]]

Writes one gzipped archive for each image that ./build.sh made with the same arguments (all unless told),
and SHA256SUMS over all archives in the folder. Check them where they arrive: sha256sum --check SHA256SUMS

Prints the version, commit, model and budget of each image first, and refuses one that was built from
another version, other sources or another model than lie here.

  --budget N|none  refuse an algorithm image that has another budget (none: one that has any)
  --prefix NAME    of the images' names, as ./build.sh got it
  none             no image, only the weights
  --weights DIR    also write the model in DIR (it holds model.json) as model.tar.gz, which the platform
                   unpacks to /opt/ml/model; the same files always give the same archive
  --output DIR     where to (default: dist)
  --bundle DIR     write a new folder instead that holds all that a machine without a network needs: images,
                   models, manual, bills of materials, hashes, and scripts that verify, install and remove
  --sign KEY       sign the bundle's hashes with minisign's secret key in this file
  -h, --help       this text

An archive of an image loads with: docker load --input FILE
EOF
}

refuse() { # exit code, what is wrong, what to do
    echo "export.sh: $2. $3" >&2
    exit "$1"
}

read_arguments() {
    selection=() with_images=true weights='' output=dist budget='' bundle='' secret_key=''
    while (($#)); do
        case $1 in
            none) with_images=false ;;
            --weights | --output | --bundle | --sign)
                [[ -n ${2-} ]] || refuse 2 "$1 takes a path" "Try: ./export.sh --help"
                case $1 in
                    --weights) weights=$2 ;;
                    --output) output=$2 ;;
                    --bundle) bundle=${2%/} ;;
                    --sign) secret_key=$2 ;;
                esac
                shift
                ;;
            --budget)
                [[ ${2-} =~ ^([1-9][0-9]*|none)$ ]] ||
                    refuse 2 "--budget takes whole seconds or none, not '${2-}'" "Try: ./export.sh --help"
                budget=$2
                [[ $budget == none ]] || selection+=(--budget "$budget")
                shift
                ;;
            -h | --help) usage && exit ;;
            *) selection+=("$1") ;;
        esac
        shift
    done
}

require_images() {
    local image
    docker info >/dev/null 2>&1 || refuse 1 "no Docker engine answers" "Start it, or see: docker info"
    for image in "$@"; do
        docker image inspect "$image" >/dev/null 2>&1 ||
            refuse 3 "there is no image $image" "Build it first: ./build.sh ${selection[*]}"
    done
}

label() { docker image inspect --format "{{index .Config.Labels \"$2\"}}" "$1"; } # image, key

# Says what an image is, and that it is what lies here and what was asked for.
require_fit() { # image
    local image=$1 key expected found kind=evaluation
    [[ $image == *-algorithm* ]] && kind=algorithm
    while IFS='=' read -r key expected; do
        found=$(label "$image" "$key")
        printf '%-28s %-20s %s\n' "$image" "${key##*.}" "${found:-no label}"
        if [[ $key == org.uls23.budget ]]; then
            expected=${budget:-${found:-none or seconds}}
        elif [[ $key == org.uls23.models || $key == *.revision ]]; then
            continue # further models may have been imported since; a commit may change no source
        fi
        [[ $found == "$expected" ]] ||
            refuse 3 "$image: expected the label $key to be '$expected', found '${found:-no label}'" \
                "Build it again: ./build.sh ${selection[*]}"
    done < <("$here/build.sh" --labels "${selection[@]}" --only "$kind" | sort --unique)
}

require_model() {
    [[ -f $1/model.json ]] ||
        refuse 4 "$1 holds no model.json, so it is no model" "Make one with: python -m algorithm weights import"
    tar --version 2>/dev/null | grep -q GNU || refuse 1 "tar is not GNU tar" "Install it (macOS: brew install gnu-tar)"
}

# Runs a command and keeps its output under a name only if it succeeded.
write() { # file, command
    local file=$1
    shift
    partial=$output/.${file}.partial
    "$@" >"$partial"
    mv "$partial" "$output/$file"
    echo "Wrote $output/$file ($(du -h "$output/$file" | cut -f1))"
}

compress() {
    if command -v pigz >/dev/null; then pigz --no-name; else gzip --no-name; fi
}

save_image() { docker save "$1" | compress; }

files_of_model() { # without what 'weights tune' found out on this machine
    (cd "$1" && find . -mindepth 1 ! -name engines.json ! -path ./cache ! -path './cache/*' -printf '%P\n' | LC_ALL=C sort)
}

pack_model() {
    files_of_model "$1" | tar --directory "$1" --create --no-recursion --files-from - --format ustar \
        --mtime @0 --mode 'u=rwX,go=rX' --owner 0 --group 0 --numeric-owner | gzip --no-name
}

sum_archives() { (cd "$output" && sha256sum -- *.tar.gz); }

read_arguments "$@"
[[ -z $secret_key || -n $bundle ]] || refuse 2 "--sign takes a --bundle to sign" "Try: ./export.sh --help"
if [[ -n $bundle ]]; then
    $with_images || refuse 2 "a bundle holds images" "Leave out: none"
    # shellcheck source=bundle/write.sh
    source "$here/bundle/write.sh"
    check_bundle "$bundle" "$secret_key"
fi
names=()
if $with_images; then
    list=$("$here/build.sh" --list "${selection[@]}") || exit
    mapfile -t names <<<"$list"
    require_images "${names[@]}"
    for name in "${names[@]}"; do require_fit "$name"; done
fi
[[ -z $weights ]] || require_model "$weights"
[[ ${#names[@]} -gt 0 || -n $weights ]] || refuse 2 "nothing to export" "Try: ./export.sh --help"

partial=''
trap '[[ -z $partial ]] || rm -rf "$partial"' EXIT
if [[ -n $bundle ]]; then
    write_bundle "$bundle" "$secret_key" "${names[@]}"
    exit
fi

mkdir -p "$output"
for name in "${names[@]}"; do
    write "${name/:/-}.tar.gz" save_image "$name"
done
[[ -z $weights ]] || write model.tar.gz pack_model "$weights"
write SHA256SUMS sum_archives
