#!/bin/sh
# In an image's build, installs into /opt/app:
#   install.sh requirements FILE   what a lock file lists, less what the image never runs
#   install.sh project FOLDER      the project, of which the folder holds the packages that the image needs
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tools=/tmp/build-tools
packages=/opt/app/site-packages

pip_install() {
    PYTHONPATH=$tools python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
        --no-cache-dir --no-compile --no-deps --no-build-isolation "$@"
}

install_requirements() {
    pip_install --require-hashes --target "$tools" --requirement "$here/build.txt"
    pip_install --require-hashes --target "$packages" --requirement "$1"
    rm -rf "${packages:?}/bin" # command line tools of other packages
    find "$packages" -depth -type d -name tests -exec rm -rf {} +
    if [ -d "$packages/openvino" ]; then
        prune_openvino
        # --engine winograd reads models with OpenVINO; its C files are compiled with the project
        pip_install --require-hashes --target "$tools" --requirement "$here/compiler.txt"
    fi
    if [ -d "$packages/matplotlib" ]; then prune_matplotlib; fi
}

# OpenVINO reads ONNX and runs it on a CPU here: no other devices (nor the GPU's kernel cache), no
# other formats, nothing to compile C++ programs with.
prune_openvino() {
    cd "$packages/openvino"
    rm -rf include cmake libs/cache.json libs/tbb.pc libs/libopenvino_c.so.*
    rm -f libs/libopenvino_intel_gpu_plugin.so libs/libopenvino_intel_npu_plugin.so
    for format in gguf jax paddle pytorch tensorflow tensorflow_lite; do
        rm -f "libs/libopenvino_${format}_frontend.so".*
    done
}

# Matplotlib draws PNG and SVG here: of fontTools it loads a table of glyph names, the rest serves PDF.
prune_matplotlib() {
    rm -rf "$packages/matplotlib/mpl-data/sample_data"
    find "$packages/fontTools" -mindepth 1 -maxdepth 1 \
        ! -name __init__.py ! -name agl.py ! -name misc -exec rm -rf {} +
}

install_project() {
    pip_install --target /opt/app "$1"
    if [ -d "$packages/openvino" ]; then # whose image is promised the engine winograd
        ls /opt/app/algorithm/engines/winograd/native/x86_64_v3-*.so /opt/app/algorithm/engines/winograd/native/x86_64_v4-*.so
    fi
    rm -rf /opt/app/bin
    python3 -m compileall -q --invalidation-mode unchecked-hash /opt/app
    chmod -R u=rwX,go=rX /opt/app
}

"install_$1" "$2"
