#!/bin/sh
# Before the tests: what they need from Debian, as packages and as payloads. Each part says what it does, or why it
# cannot; the tests that need what is missing then are skipped by name.
here=$(dirname "$0")
"$here/install-debian-packages.sh" || true
node --import tsx "$here/../payloads/fetch.ts" || true
