#!/usr/bin/env bash
# Builds the images; --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'EOF'
Usage: ./build.sh [exec|invoke|all] [--cpu] [--budget SECONDS] [--only algorithm|evaluation] [--list]

Builds the algorithm image and the evaluation image for linux/amd64, both kinds unless one is named:
  exec     does one job from /input to /output and exits
  invoke   serves jobs on port 4743, and carries the label that tells Grand Challenge so

  --cpu           the algorithm for machines without a CUDA GPU: OpenVINO instead of torch
  --budget N      the algorithm ends every job within N seconds, at worst with empty masks: for
                  the challenge (540), not for a hospital
  --only IMAGE    one of the two images
  --list          only print the names of the images that would be built
  -h, --help      this text

Makes  uls23-algorithm:exec      uls23-algorithm:invoke       (--cpu: uls23-algorithm-cpu:...)
       uls23-evaluation:exec     uls23-evaluation:invoke

Everything in baseline_weights/ goes into the algorithm image.

Environment:
  ALGORITHM_BASE_IMAGE    default pytorch/pytorch:2.13.0-cuda12.6-cudnn9-runtime; with --cpu: python:3.12-slim
  EVALUATION_BASE_IMAGE   default python:3.12-slim
  DOCKER_BUILD_ARGS       further arguments of docker build, e.g. "--network host" or "--no-cache"
EOF
}

refuse() {
    echo "build.sh: $1" >&2
    echo "Try: ./build.sh --help" >&2
    exit 2
}

read_arguments() {
    targets=(exec invoke) images=(algorithm evaluation) variant=gpu budget='' list=false
    while (($#)); do
        case $1 in
            exec | invoke) targets=("$1") ;;
            all) targets=(exec invoke) ;;
            --cpu) variant=cpu ;;
            --list) list=true ;;
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
    echo "uls23-$1$suffix:$2"
}

build() { # image, target, further arguments of docker build
    local image=$1 target=$2
    shift 2
    echo "Building $(tag "$image" "$target") ..."
    # shellcheck disable=SC2086  # one variable holds several arguments
    docker build --platform linux/amd64 --file "Dockerfile.$image" --target "$target" \
        --tag "$(tag "$image" "$target")" "$@" ${DOCKER_BUILD_ARGS-} .
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
        if $list; then
            tag "$image" "$target"
        else
            "build_$image" "$target"
            report_size "$image" "$target"
        fi
    done
done
