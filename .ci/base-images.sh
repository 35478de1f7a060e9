# shellcheck shell=bash
# Sourced by .ci/run: stand-ins for the base images, which no registry brings here.
#   uls23-base         Debian with Python: for python:3.12-slim
#   uls23-base-torch   torch's CPU build on top of it: for pytorch/pytorch

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

install_debootstrap() {
    command -v debootstrap >/dev/null && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends debootstrap >/dev/null
}

make_base_image() { # scratch folder
    has_image uls23-base && return
    echo "Making uls23-base ..."
    install_debootstrap
    local root=$1/root certificates=/etc/ssl/certs/ca-certificates.crt
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,python3-pip \
        bookworm "$root" >"$1/debootstrap.log" 2>&1 || { tail -n 20 "$1/debootstrap.log" >&2 && return 1; }
    cp "$certificates" "$root$certificates" # whom this machine trusts, the builds trust
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/*
    tar --directory "$root" --create . |
        docker import --change "ENV PIP_CERT=$certificates SSL_CERT_FILE=$certificates" - uls23-base
}

make_torch_base_image() { # scratch folder
    has_image uls23-base-torch && return
    echo "Making uls23-base-torch ..."
    local context=$1/torch
    mkdir -p "$context"
    .venv/bin/python -m pip download --quiet --no-deps --only-binary :all: --python-version 3.11 \
        --dest "$context" --constraint constraints.txt torch
    cp .ci/Dockerfile.torch requirements/torch-needs.txt "$context"
    docker build --quiet --network host --file "$context/Dockerfile.torch" --tag uls23-base-torch "$context"
}
