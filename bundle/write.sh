# shellcheck shell=bash
# Sourced by export.sh: writes a folder that holds all that a hospital installs from.
here=${here:?the checkout}
# shellcheck source=bundle/image.sh
source "$here/bundle/image.sh"
python=$here/.venv/bin/python

# Whatever would stop the bundle later stops it before anything is written.
check_bundle() { # folder, secret key or nothing
    [[ ! -e $1 ]] || refuse 1 "$1 exists" "A bundle is written whole: name a new folder"
    [[ -x $python ]] || refuse 1 "there is no .venv to build the manual with" "Make it first: make venv"
    [[ -z $2 || -f $2 ]] || refuse 2 "--sign: there is no file $2" "It takes minisign's secret key"
    [[ -z $2 ]] || command -v minisign >/dev/null || refuse 1 "--sign needs minisign" "Install it"
}

write_bundle() { # folder, secret key or nothing, images …
    local bundle=$1 secret_key=$2
    shift 2
    partial=$(dirname "$bundle")/.$(basename "$bundle").partial
    rm -rf "$partial"
    mkdir -p "$partial"/{images,sbom,weights}
    write_images "$@"
    write_weights
    echo "Building the manual ..."
    "$python" "$here/docs/build_site.py" "$partial/docs" >/dev/null
    mv "$partial/docs/site" "$partial/manual"
    rm -r "$partial/docs"
    cp "$here"/bundle/{README.txt,image.sh,install.sh,uninstall.sh,verify.sh} "$here/LICENSE" "$partial"
    seal "$partial" "$secret_key"
    mv "$partial" "$bundle"
    tell "$bundle"
}

# Each image tests itself before it is packed; the kinds of one image share an archive, and so layers.
write_images() { # images …
    local name words repository
    for name in "$@"; do
        words=$(label "$name" org.uls23.self-test)
        if [[ -n $words ]]; then
            # shellcheck disable=SC2086  # several words
            run_self_test "$name" $words || refuse 3 "$name does not compute what was released" "Build it again"
        fi
        repository=${name%:*}
        echo "$name $(image_id "$name") $(fingerprint "$name") images/$repository.tar.gz ${words:--}" >>"$partial/images.list"
        "$engine" run --rm --interactive --network none --entrypoint python3 "$name" - \
            "$name" "$(image_id "$name")" <"$here/bundle/sbom.py" >"$partial/sbom/${name/:/-}.cdx.json"
    done
    for repository in $(printf '%s\n' "${@%:*}" | sort --unique); do
        echo "Packing $repository ..."
        # shellcheck disable=SC2046  # names of images hold no blanks
        "$engine" save $(printf '%s\n' "$@" | grep "^$repository:") | compress >"$partial/images/$repository.tar.gz"
    done
}

# The models that are in the images, and --weights; without what 'weights tune' found out here.
write_weights() {
    local model
    for model in "$here"/baseline_weights/*/model.json ${weights:+"$weights/model.json"}; do
        model=$(dirname "$(realpath "$model")")
        mkdir -p "$partial/weights/$(basename "$model")"
        files_of_model "$model" | tar --create --directory "$model" --no-recursion --files-from - |
            tar --extract --no-same-owner --directory "$partial/weights/$(basename "$model")"
    done
}

# Lists every file with its hash, and signs the list.
seal() { # folder, secret key or nothing
    chmod -R u=rwX,go=rX "$1"
    (cd "$1" && find . -type f ! -name SHA256SUMS ! -name SHA256SUMS.minisig -printf '%P\n' | LC_ALL=C sort |
        xargs --delimiter '\n' sha256sum) >"$1.sums"
    mv "$1.sums" "$1/SHA256SUMS"
    [[ -z $2 ]] || minisign -S -s "$2" -m "$1/SHA256SUMS" -t "uls23 bundle"
}

tell() { # folder
    echo "Wrote $1 ($(du -sh "$1" | cut -f1), $(wc -l <"$1/SHA256SUMS") files)"
    [[ -e $1/SHA256SUMS.minisig ]] || echo "It is unsigned: who made it can be shown only by the next line."
    echo "Pass on by another way than the folder: SHA-256 of SHA256SUMS $(sha256sum <"$1/SHA256SUMS" | cut -d ' ' -f 1)"
}
