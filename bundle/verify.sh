#!/usr/bin/env bash
# Checks every file of this folder against SHA256SUMS, and SHA256SUMS against a key; --help tells more.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'TEXT'
Usage: ./verify.sh [--key KEY] [--sums-sha256 HEX]

Says whether this folder is what was made: every file is there, is as SHA256SUMS says, and no other
file is there. That shows damage. It does not show who made it: whoever changes a file can change
SHA256SUMS, and this script. Against that there are two ways, and what both compare with must have
reached you by another way than this folder:
  --key KEY          the maker's minisign public key, or a file that holds it; needs minisign
  --sums-sha256 HEX  the SHA-256 of SHA256SUMS, as the maker told you; needs nothing
Who trusts no script of this folder runs these two by hand:
  minisign -V -p KEY -m SHA256SUMS          (or compare: sha256sum SHA256SUMS)
  sha256sum --check --strict --quiet SHA256SUMS

Exit codes: 0 all is as it was made, 2 the call is wrong, 3 something differs.
TEXT
}

refuse() { # exit code, what is wrong
    echo "verify.sh: $2" >&2
    exit "$1"
}

read_arguments() {
    key='' sums_sha256=''
    while (($#)); do
        case $1 in
            --key)
                key=${2-}
                [[ -n $key ]] || refuse 2 "--key takes a minisign public key or its file."
                ;;
            --sums-sha256)
                sums_sha256=${2-}
                [[ $sums_sha256 =~ ^[0-9a-f]{64}$ ]] || refuse 2 "--sums-sha256 takes 64 digits of 0-9 and a-f."
                ;;
            -h | --help) usage && exit ;;
            *) refuse 2 "unknown argument '$1'. See: ./verify.sh --help" ;;
        esac
        shift 2
    done
}

sha256() {
    local sum
    sum=$(sha256sum -- "$1") || return
    echo "${sum%% *}"
}

check_origin() {
    local found
    found=$(sha256 SHA256SUMS) || refuse 3 "SHA256SUMS cannot be read."
    if [[ -n $sums_sha256 && $found != "$sums_sha256" ]]; then
        refuse 3 "SHA256SUMS: expected SHA-256 $sums_sha256, found $found. Do not use this folder."
    fi
    if [[ -n $key ]]; then
        check_signature
    elif [[ -n $sums_sha256 ]]; then
        echo "SHA256SUMS is the one whose SHA-256 you gave."
    elif [[ -e SHA256SUMS.minisig ]]; then
        echo "Signed, but the signature was not checked: that takes --key. SHA-256 of SHA256SUMS: $found"
    else
        echo "Unsigned: who made this folder is not shown. SHA-256 of SHA256SUMS: $found"
    fi
}

check_signature() {
    local given=(-P "$key")
    [[ -f $key ]] && given=(-p "$key")
    [[ -e SHA256SUMS.minisig ]] || refuse 3 "--key was given, but this folder is unsigned (no SHA256SUMS.minisig)."
    command -v minisign >/dev/null || refuse 3 "--key needs minisign, which is not installed here. Install it, or use --sums-sha256."
    minisign -V -q "${given[@]}" -m SHA256SUMS ||
        refuse 3 "the signature of SHA256SUMS is not of this key. Do not use this folder."
    echo "SHA256SUMS is signed by the key that you gave."
}

# Every line is 64 digits, two blanks and a plain path below this folder; nothing else is in the file.
read_sums() {
    local line
    declare -gA expected=()
    while IFS= read -r line || refuse_rest "$line"; do
        [[ $line =~ ^([0-9a-f]{64})\ \ ([A-Za-z0-9_][A-Za-z0-9_.@+/-]*)$ && $line != *..* ]] ||
            refuse 3 "SHA256SUMS: expected a hash and a file's name, found '$line'."
        expected[${BASH_REMATCH[2]}]=${BASH_REMATCH[1]}
    done <SHA256SUMS
    ((${#expected[@]})) || refuse 3 "SHA256SUMS is empty."
}

refuse_rest() { # what follows the last line end
    [[ $(tail -c 1 SHA256SUMS | sha256sum) == "$(echo | sha256sum)" && -z $1 ]] ||
        refuse 3 "SHA256SUMS: expected a line end at the end, found '$1'."
    return 1
}

check_files() {
    local file n=0
    shopt -s globstar dotglob nullglob
    for file in **; do
        [[ -d $file && ! -L $file ]] && continue
        [[ $file == SHA256SUMS || $file == SHA256SUMS.minisig ]] && continue
        [[ -f $file && ! -L $file ]] || refuse 3 "$file: expected a file, found a link or something else."
        [[ -n ${expected[$file]-} ]] || refuse 3 "$file is not listed in SHA256SUMS. Nothing else may lie in this folder."
        [[ $(sha256 "$file") == "${expected[$file]}" ]] || refuse 3 "$file is not as SHA256SUMS says: damaged or exchanged. Copy the folder again."
        n=$((n + 1))
    done
    if ((n != ${#expected[@]})); then
        for file in "${!expected[@]}"; do
            [[ -f $file ]] || refuse 3 "$file is missing."
        done
    fi
    echo "All $n files are as SHA256SUMS says."
}

main() {
    read_arguments "$@"
    cd "$here"
    [[ -f SHA256SUMS ]] || refuse 3 "SHA256SUMS is missing."
    read_sums
    check_origin
    check_files
}

main "$@"
exit
