#!/usr/bin/env bash
# Cross-compiles train.cpp for 64-bit ARM (NEON), runs it under emulation, and compares what it
# prints with this machine's. Needs a C++ compiler, aarch64-linux-gnu-g++ and qemu-aarch64.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
flags=(-std=c++20 -O2 -fno-math-errno -fno-trapping-math -ffp-contract=fast -Wall -Wextra
       -Wno-psabi -I../src train.cpp)
"${CXX:-c++}" "${flags[@]}" -o "$folder/here"
aarch64-linux-gnu-g++ -static "${flags[@]}" -o "$folder/arm"
"$folder/here" >"$folder/here.txt"
qemu-aarch64 "$folder/arm" >"$folder/arm.txt"
# Rounding differs in float32 after five epochs by far less than 1e-5.
paste "$folder/here.txt" "$folder/arm.txt" | awk '
    { here = $(NF / 2); arm = $NF; difference = (here > arm ? here - arm : arm - here) / here }
    $1 != $(NF / 2 + 1) || !(difference < ($1 == "float64" ? 1e-8 : 1e-5)) { print "differs:", $0; wrong = 1 }
    END { print NR " numbers compared with ARM"; exit wrong || NR != 32 }'
