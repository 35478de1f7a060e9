#!/usr/bin/env bash
# Segments the sample and scores it, end to end; --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'EOF'
Usage: ./test.sh [--native] [--gpu] [--output FOLDER]

Segments test/sample/ with the built-in model, scores the masks against their references, draws
them, reports, and says where everything lies.

With a Docker engine this builds both images (./build.sh, as uls23-test-…, so that images you built
stay as they are) and runs them as strictly as a hospital
would: no network, read-only, no capabilities, limited memory and processes. Without one it does the
same in a virtual environment (.venv-run), and says so.

  --native          in the virtual environment, even where there is a Docker engine
  --gpu             the image for a CUDA GPU instead of the CPU's
  --output FOLDER   where the results go (default: out)
  -h, --help        this text
EOF
}

main() {
    read_arguments "$@"
    choose_how
    prepare_folders
    "segment_$how"
    "score_$how"
    tell
}

read_arguments() {
    native=false gpu=false out=out
    while (($#)); do
        case $1 in
            --native) native=true ;;
            --gpu) gpu=true ;;
            --output)
                [[ -n ${2-} ]] || refuse "--output takes a folder"
                out=$2
                shift
                ;;
            -h | --help) usage && exit ;;
            *) refuse "unknown argument '$1'" ;;
        esac
        shift
    done
}

refuse() {
    echo "test.sh: $1. Try: ./test.sh --help" >&2
    exit 2
}

choose_how() {
    how=native
    if $native; then
        echo "Running in the virtual environment .venv-run, as --native asks."
    elif ! docker info >/dev/null 2>&1; then
        echo "No Docker engine answers: running in the virtual environment .venv-run instead of containers."
    elif ! build_images; then
        echo "The images could not be built (see above): running in the virtual environment .venv-run instead."
    else
        how=containers
        echo "Running in containers: no network, read-only, no capabilities, limited memory and processes."
    fi
    if [[ $how == native ]]; then make_environment; fi
}

# The layout that the platform gives the evaluation: predictions.json, and a folder for each job.
prepare_folders() {
    mkdir -p "$out"
    out=$(cd "$out" && pwd)
    jobs=$out/jobs scores=$out/scores
    forget_earlier_run
    mkdir -p "$jobs/sample/output" "$scores"
    chmod a+rwx "$jobs/sample/output" "$scores"
    cp test/sample/predictions.json "$jobs/"
}

# Only what this script wrote: the folder may hold things of the user's own.
forget_earlier_run() {
    local masks=$jobs/sample/output/images/ct-binary-uls
    rm -f "$masks/sample.mha" "$scores"/{metrics.json,picture.png,report.html}
    if [[ -d $masks ]]; then rmdir --parents --ignore-fail-on-non-empty "$masks"; fi
}

tell() {
    cat <<EOF

  masks     $jobs/sample/output/images/ct-binary-uls/sample.mha
  scores    $scores/metrics.json
  picture   $scores/picture.png
  report    $scores/report.html
EOF
}

# --- in containers

build_images() {
    local log
    log=$(mktemp)
    algorithm=(algorithm) gpus=() prefix=(--prefix uls23-test)
    if $gpu; then gpus=(--gpus all); else algorithm+=(--cpu); fi
    echo "Building the images (minutes the first time) ..."
    {
        ./build.sh exec "${prefix[@]}" --only "${algorithm[@]}" && ./build.sh exec "${prefix[@]}" --only evaluation
    } >"$log" 2>&1 || { tail -n 15 "$log" >&2 && return 1; }
    grep '^Built' "$log"
    rm -f "$log"
}

run_strictly() { # arguments of docker run
    docker run --rm --platform=linux/amd64 --network none --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges --pids-limit 256 --memory 16g --memory-swap 16g \
        --shm-size 128m "${as_me[@]}" "$@"
}

segment_containers() {
    as_me=()
    if ((UID != 0)); then as_me=(--user "$UID:$(id -g)"); fi
    run_strictly "${gpus[@]}" -v "$PWD/test/sample/input:/input:ro" -v "$jobs/sample/output:/output" \
        "$(./build.sh exec --list "${prefix[@]}" --only "${algorithm[@]}")"
}

score_containers() {
    local image
    image=$(./build.sh exec --list "${prefix[@]}" --only evaluation)
    local references=(-v "$PWD/test/sample/ground-truth:/opt/ml/input/data/ground_truth:ro")
    run_strictly -v "$PWD/test/sample/input:/images:ro" -v "$jobs:/input:ro" -v "$scores:/output" \
        "${references[@]}" "$image" --report --images /images/images/stacked-3d-ct-lesion-volumes
    run_strictly -v "$PWD/test/sample/input:/images:ro" -v "$jobs:/input:ro" -v "$scores:/output" \
        "${references[@]}" "$image" picture \
        --images /images/images/stacked-3d-ct-lesion-volumes/sample.mha \
        --spacings /images/stacked-3d-volumetric-spacings.json \
        --predictions /input/sample/output/images/ct-binary-uls/sample.mha \
        --reference /opt/ml/input/data/ground_truth/sample.mha \
        --metrics /output/metrics.json --output /output/picture.png
}

# --- in the virtual environment

make_environment() {
    local locked=(requirements/algorithm-cpu.txt requirements/evaluation.txt)
    local stamp=.venv-run/.installed
    if [[ -e $stamp && $stamp -nt ${locked[0]} && $stamp -nt ${locked[1]} ]]; then return; fi
    [[ -x .venv-run/bin/python ]] || requirements/make-venv.sh .venv-run
    echo "Installing what runs the model and the scoring (a minute, 700 MB) ..."
    for file in "${locked[@]}"; do
        .venv-run/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
            --require-hashes --requirement "$file"
    done
    touch "$stamp"
}

segment_native() {
    .venv-run/bin/python -m algorithm --input test/sample/input --output "$jobs/sample/output"
}

score_native() {
    .venv-run/bin/python -m evaluation --input "$jobs" --output "$scores" \
        --ground-truth test/sample/ground-truth \
        --report --images test/sample/input/images/stacked-3d-ct-lesion-volumes
    .venv-run/bin/python -m evaluation picture \
        --images test/sample/input/images/stacked-3d-ct-lesion-volumes/sample.mha \
        --spacings test/sample/input/stacked-3d-volumetric-spacings.json \
        --predictions "$jobs/sample/output/images/ct-binary-uls/sample.mha" \
        --reference test/sample/ground-truth/sample.mha \
        --metrics "$scores/metrics.json" --output "$scores/picture.png"
}

main "$@"
