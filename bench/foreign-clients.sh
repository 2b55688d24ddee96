#!/usr/bin/env bash
# Runs ServiceNow clients of other authors against the simulator, reading and writing: Ansible's collection servicenow.itsm, npm's
# servicenow-rest-api, and the loader sndml. ForeignClientTest tests Camel's component camel-servicenow.
# Usage: bench/foreign-clients.sh [folder with ansible_collections/servicenow/itsm [sndml's jar for SQLite]]
# Needs target/caravana.jar, ansible-playbook, node and npm. Without a folder, ansible-galaxy fetches the collection; without a jar, sndml
# is skipped: build it from its repository with "mvn package".
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"
here=$PWD/bench/foreign-clients port=18123
export SN_HOST=http://127.0.0.1:$port SN_HTTPS=https://127.0.0.1:$((port + 1)) SN_USERNAME=caravana SN_PASSWORD=caravana
simulate $port 300
keytool -genkeypair -alias s -keyalg EC -dname CN=127.0.0.1 -ext san=ip:127.0.0.1 -validity 2 -storetype PKCS12 \
  -keystore "$work/store" -storepass changeit 2>"$work/keytool.log"
keytool -exportcert -rfc -alias s -keystore "$work/store" -storepass changeit >"$work/store.pem" 2>>"$work/keytool.log"
node "$here/https.js" $((port + 1)) "$work/store" changeit >"$work/https.log" 2>&1 &
until_up --cacert "$work/store.pem" -u "$SN_USERNAME:$SN_PASSWORD" "$SN_HTTPS/simulator/requests"

echo "- servicenow.itsm"
collections=${1:-$work/collections}
[ -n "${1:-}" ] || ansible-galaxy collection install servicenow.itsm:2.15.1 -p "$collections"
echo "This file was sent." >"$work/sent"
ANSIBLE_COLLECTIONS_PATH=$collections ansible-playbook -e "work=$work" "$here/ansible.yml" >"$work/ansible.log" 2>&1 ||
  { tail -20 "$work/ansible.log"; exit 1; }
tail -2 "$work/ansible.log"

echo "- servicenow-rest-api"
(cd "$work" && npm install --silent --no-fund servicenow-rest-api@1.2.2 >npm.log && cp "$here/rest-api.js" . &&
  NODE_EXTRA_CA_CERTS=$work/store.pem node rest-api.js | tail -1)

[ -n "${2:-}" ] || exit 0
echo "- sndml"
printf 'servicenow.instance=%s/\nservicenow.username=%s\nservicenow.password=%s\ndatamart.url=jdbc:sqlite:%s\ndatamart.schema=main\n' \
  "$SN_HTTPS" "$SN_USERNAME" "$SN_PASSWORD" "$work/mart.db" >"$work/profile"
printf 'datamart.username=none\ndatamart.password=none\n' >>"$work/profile"
for table in incident task_sla sys_user sys_attachment; do
  java -Djavax.net.ssl.trustStore="$work/store" -Djavax.net.ssl.trustStorePassword=changeit -jar "$2" -p "$work/profile" -t $table 2>&1 |
    grep -o "$table FINISH.*" || { echo "$table was not read"; exit 1; }
done
