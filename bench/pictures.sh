#!/usr/bin/env bash
# Takes the pictures in docs/pictures, Hawtio's diagrams of the routes of a load, and writes docs/routes.md. Needs Debian's packages chromium and
# pngquant; takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in chromium pngquant; do
  command -v "$program" >/dev/null || { echo "Missing: apt-get install $program"; exit 1; }
done
rm -f docs/pictures/*.png
./mvnw -B -ntp -q verify -Dtest=NONE -Dit.test=RouteDiagramIT -Dsurefire.failIfNoSpecifiedTests=false -Dupdate.pictures=true
pngquant --force --ext .png --strip --speed 1 32 docs/pictures/*.png
./mvnw -B -ntp -q test -Dtest=RoutesPageTest -Dupdate.reference=true
du -ch docs/pictures/*.png | tail -1
