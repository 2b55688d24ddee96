#!/usr/bin/env bash
# date-holidays 3.37.0 (npm) loses a country's holiday if you name one of its states. 20 November has been a national holiday of Brazil
# since 2024, and was one of some states before; in these states it is no longer a holiday.
# Seen on 2026-11-27: 2026-11-20 is a holiday for BR, BR-MG and BR-RS, and none for BR-SP, BR-RJ, BR-MT and BR-AM.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit date-holidays@3.37.0 >npm.log
cat >ask.js <<'JS'
const Holidays = require('date-holidays');
const day = new Date('2026-11-20T12:00:00-03:00');
for (const state of [undefined, 'MG', 'RS', 'SP', 'RJ', 'MT', 'AM']) {
  const calendar = state ? new Holidays('BR', state) : new Holidays('BR');
  console.log((state || 'BR') + '=' + ((calendar.isHoliday(day) || []).filter(found => found.type === 'public').length > 0));
}
JS
seen=$(node ask.js | paste -sd' ')
echo "$seen"
[ "$seen" = "BR=true MG=true RS=true SP=false RJ=false MT=false AM=false" ] || { echo "This has changed."; exit 1; }
