#!/usr/bin/env bash
# Builds the images; --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'EOF'
Usage: ./build.sh [exec|invoke|all] [--cpu] [--budget SECONDS] [--only algorithm|evaluation]
                  [--prefix NAME] [--list | --labels]

Builds the algorithm image and the evaluation image for linux/amd64, both kinds unless one is named:
  exec     does one job from /input to /output and exits
  invoke   serves jobs on port 4743, and carries the label that tells Grand Challenge so

  --cpu           the algorithm for machines without a CUDA GPU: OpenVINO instead of torch
  --budget N      the algorithm ends every job within N seconds, at worst with empty masks: for
                  the challenge (540), not for a hospital
  --only IMAGE    one of the two images
  --prefix NAME   of the images' names instead of uls23: what is there under uls23 stays
  --list          only print the names of the images that would be built
  --labels        only print the labels that they would carry
  -h, --help      this text

Makes  uls23-algorithm:exec      uls23-algorithm:invoke       (--cpu: uls23-algorithm-cpu:...)
       uls23-evaluation:exec     uls23-evaluation:invoke

Everything in baseline_weights/ goes into the algorithm image.

Labels: org.opencontainers.image.version and .revision (the commit; -dirty if the image's sources
are not as committed), org.uls23.sources-sha256 (of those), org.uls23.budget (seconds, or none),
org.uls23.model-sha256 (of the built-in model's model.json) and org.uls23.models (the same of every
model in the image).

Environment:
  ALGORITHM_BASE_IMAGE    default pytorch/pytorch:2.13.0-cuda12.6-cudnn9-runtime; with --cpu: python:3.12-slim
  EVALUATION_BASE_IMAGE   default python:3.12-slim
  DOCKER_BUILD_ARGS       further arguments of docker build, e.g. "--network host" or "--no-cache"
EOF
}

refuse() {
    echo "build.sh: $1. Try: ./build.sh --help" >&2
    exit 2
}

read_arguments() {
    targets=(exec invoke) images=(algorithm evaluation) variant=gpu budget='' only_print='' prefix=uls23
    while (($#)); do
        case $1 in
            exec | invoke) targets=("$1") ;;
            all) targets=(exec invoke) ;;
            --cpu) variant=cpu ;;
            --list) only_print=tag ;;
            --labels) only_print=labels ;;
            --prefix)
                [[ ${2-} =~ ^[a-z0-9][a-z0-9-]*$ ]] || refuse "--prefix takes small letters, digits and -, not '${2-}'"
                prefix=$2
                shift
                ;;
            --budget)
                [[ ${2-} =~ ^[1-9][0-9]*$ ]] || refuse "--budget takes whole seconds, not '${2-}'"
                budget=$2
                shift
                ;;
            --only)
                [[ ${2-} == algorithm || ${2-} == evaluation ]] ||
                    refuse "--only takes algorithm or evaluation, not '${2-}'"
                images=("$2")
                shift
                ;;
            -h | --help) usage && exit ;;
            *) refuse "unknown argument '$1'" ;;
        esac
        shift
    done
}

tag() { # image, target
    local suffix=''
    [[ $1 == algorithm && $variant == cpu ]] && suffix=-cpu
    echo "$prefix-$1$suffix:$2"
}

# What is in an image besides its layers: KEY=VALUE, a line each.
labels() { # image
    echo "org.opencontainers.image.version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)"
    echo "org.opencontainers.image.revision=$(revision)"
    echo "org.uls23.sources-sha256=$(content)"
    [[ $1 == algorithm ]] || return 0
    echo "org.uls23.budget=${budget:-none}"
    echo "org.uls23.model-sha256=$(sha256 baseline_weights/starter/model.json)"
    echo "org.uls23.models=$(models)"
}

# What an image is made of.
sources=(.dockerignore Dockerfile.* pyproject.toml setup.py requirements uls algorithm evaluation baseline_weights test/sample)

# The commit, and whether the sources are as committed.
revision() {
    local commit
    commit=$(git rev-parse --verify HEAD 2>/dev/null) || { echo unknown && return; }
    [[ -z $(git status --porcelain -- "${sources[@]}") ]] || commit+=-dirty
    echo "$commit"
}

# A hash of the sources' content, the same in every commit that has them so.
content() {
    git rev-parse --verify HEAD >/dev/null 2>&1 || { echo unknown && return; }
    git ls-files -z --cached --others --exclude-standard -- "${sources[@]}" | sort --zero-terminated |
        { xargs --null sha256sum 2>/dev/null || true; } | sha256
}

sha256() { sha256sum "$@" | cut -d ' ' -f 1; }

models() {
    local manifest found=()
    for manifest in baseline_weights/*/model.json; do
        manifest=${manifest#baseline_weights/}
        found+=("${manifest%/model.json}=$(sha256 "baseline_weights/$manifest")")
    done
    echo "${found[*]}"
}

build() { # image, target, further arguments of docker build
    local image=$1 target=$2 marks=() line
    shift 2
    while read -r line; do marks+=(--label "$line"); done < <(labels "$image")
    echo "Building $(tag "$image" "$target") ..."
    # shellcheck disable=SC2086  # one variable holds several arguments
    docker build --platform linux/amd64 --file "Dockerfile.$image" --target "$target" \
        --tag "$(tag "$image" "$target")" "${marks[@]}" "$@" ${DOCKER_BUILD_ARGS-} .
}

build_algorithm() { # target
    local base=${ALGORITHM_BASE_IMAGE-}
    [[ $variant == cpu ]] && base=${base:-python:3.12-slim}
    build algorithm "$1" --build-arg "VARIANT=$variant" --build-arg "BUDGET=$budget" ${base:+--build-arg "BASE_IMAGE=$base"}
}

build_evaluation() { # target
    build evaluation "$1" ${EVALUATION_BASE_IMAGE:+--build-arg "BASE_IMAGE=$EVALUATION_BASE_IMAGE"}
}

report_size() { # image, target
    local bytes
    bytes=$(docker image inspect --format '{{.Size}}' "$(tag "$1" "$2")")
    echo "Built $(tag "$1" "$2"): $((bytes / 1000000)) MB"
}

read_arguments "$@"
# The platform takes plain images, without a record of how they were made.
export BUILDX_NO_DEFAULT_ATTESTATIONS=1

for image in "${images[@]}"; do
    for target in "${targets[@]}"; do
        if [[ -n $only_print ]]; then
            "$only_print" "$image" "$target"
        else
            "build_$image" "$target"
            report_size "$image" "$target"
        fi
    done
done
