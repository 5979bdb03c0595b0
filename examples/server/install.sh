#!/usr/bin/env bash
# What test.sh needs, on Debian: the servers, a browser, and what drives it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

packages=()
command -v redis-server >/dev/null || packages+=(redis-server)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages+=(postgresql)
command -v chromium >/dev/null || packages+=(chromium)
command -v node >/dev/null || packages+=(nodejs npm)
if ((${#packages[@]})); then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi
npm ci --prefix test --no-audit --no-fund
