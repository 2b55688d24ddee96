#!/usr/bin/env bash
# Validates the installation files with the tools that understand them: promtool, shellcheck, docker-compose and systemd-analyze of Debian's
# packages prometheus, shellcheck, docker-compose and systemd; kubectl; and, installed by npm into a temporary directory, kubernetes-models,
# typescript and dockerfile-utils. It builds and starts nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shellcheck deploy/*.sh bench/start.sh
promtool check config --syntax-only deploy/monitoring/prometheus.yaml

# Debian's docker-compose predates the key name but knows everything else
mkdir "$work/secrets"
for secret in database-password servicenow-password caravana-password; do echo none >"$work/secrets/$secret"; done
grep -v '^name:' compose.yaml >"$work/compose.yaml"
docker-compose -f "$work/compose.yaml" config --quiet
echo "compose.yaml: taken"

kubectl kustomize deploy/kubernetes >"$work/server.yaml"
cp deploy/kubernetes/cronjob-load.yaml "$work/load.yaml"
npm install --silent --no-audit --no-fund --prefix "$work" kubernetes-models@5.1.0 js-yaml@4.1.0 \
  typescript@5.9.3 dockerfile-utils@0.16.3
cat >"$work/check.mjs" <<'END'
import fs from 'fs';
import yaml from 'js-yaml';
import dockerfile from 'dockerfile-utils';
const typed = [];
for (const file of ['server.yaml', 'load.yaml']) {
  for (const object of yaml.loadAll(fs.readFileSync(file, 'utf8'))) {
    const {[object.kind]: Kind} = await import(`kubernetes-models/${object.apiVersion}`);
    new Kind(object).validate();
    // the schemas let unknown keys pass, the compiler does not
    typed.push(`{const o: import('kubernetes-models/${object.apiVersion}').I${object.kind} = ${JSON.stringify(object)};}`);
    console.log(`${object.kind} ${object.metadata.name}: as ${object.apiVersion} has it`);
  }
}
fs.writeFileSync('typed.ts', typed.join('\n'));
const problems = dockerfile.validate(fs.readFileSync(process.argv[2], 'utf8'));
problems.forEach(problem => console.log(`Dockerfile: ${problem.message}`));
process.exitCode = problems.length;
END
(cd "$work" && node check.mjs "$OLDPWD/Dockerfile" && node_modules/.bin/tsc --noEmit --strict --skipLibCheck --module nodenext typed.ts)
echo "Kubernetes: no unknown keys"
echo "Dockerfile: no problems"

# it checks that the programs exist, which is true only where Caravana is installed
systemd-analyze verify --man=no deploy/systemd/caravana.service
systemd-analyze security --offline=true deploy/systemd/caravana.service | tail -1
