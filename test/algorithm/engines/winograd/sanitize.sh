#!/usr/bin/env bash
# Compiles the C files of algorithm/engines/winograd with sanitizers, together with fuzz.c, and runs that:
#   sanitize.sh [ROUNDS [SEED]]
# Addresses and undefined behaviour first, then data races; AVX2, and AVX-512 where the CPU has it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$(cd "$here/../../../../algorithm/engines/winograd/native" && pwd)
compiler=${CC:-gcc}
rounds=${1:-300} seed=${2:-$RANDOM}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$sources"/*.[ch] "$here/fuzz.c" "$scratch"
# Scratch memory as large as was asked for, not rounded up to 2 MB that hide what lies beyond.
sed -i 's/^#define HUGE_PAGE .*/#define HUGE_PAGE 64/' "$scratch/team.c"
grep -q '^#define HUGE_PAGE 64$' "$scratch/team.c"

levels=(v3)
if grep -qw avx512vl /proc/cpuinfo; then levels+=(v4); fi
for level in "${levels[@]}"; do
    for sanitizer in address,undefined thread; do
        "$compiler" -std=c11 -D_GNU_SOURCE -O1 -g "-march=x86-64-$level" -ffp-contract=fast -Wall -Wextra -Werror \
            "-fsanitize=$sanitizer" -fno-sanitize-recover=all "$scratch"/*.c -o "$scratch/fuzz" -lpthread -lm
        echo "x86-64-$level, $sanitizer:"
        "$scratch/fuzz" "$seed" "$rounds"
    done
done
