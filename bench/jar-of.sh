#!/usr/bin/env bash
# Builds the jar of an older commit, with the routes and the configuration that belong to it.
# Usage: bench/jar-of.sh COMMIT DIRECTORY
set -euo pipefail
commit=$1
mkdir -p "$2"
into=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
tree=$(mktemp -d)
trap 'git worktree remove --force "$tree"' EXIT
git worktree add --quiet --detach "$tree" "$commit"
(cd "$tree" && ./mvnw -q -B package -DskipTests)
cp "$tree/target/caravana.jar" "$into"
rm -rf "$into/routes" "$into/config"
cp -r "$tree/routes" "$tree/config" "$into"
