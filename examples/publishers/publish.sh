#!/usr/bin/env bash
# Publishes events to a channel with curl.
#
#   ACTORMESH_API_KEY=da2-... ./publish.sh /default/orders '{"id":"A-1","status":"paid"}' ...
#
# Each further argument is one event, written as JSON; one request carries up to five.
# ACTORMESH_ENDPOINT is the node's endpoint, http://localhost:8080/event if not set.
set -euo pipefail

if (($# < 2)); then
  echo "usage: ACTORMESH_API_KEY=da2-... $0 CHANNEL EVENT..." >&2
  exit 2
fi
: "${ACTORMESH_API_KEY:?is the API key that the node printed at its first start}"
endpoint=${ACTORMESH_ENDPOINT:-http://localhost:8080/event}

# An event travels as a string that holds JSON, so it is quoted once more.
quoted() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\r'/\\r}
  text=${text//$'\t'/\\t}
  printf '"%s"' "$text"
}

channel=$1
shift
events=$(quoted "$1")
shift
for event in "$@"; do
  events+=,$(quoted "$event")
done

curl --silent --show-error --fail-with-body "$endpoint" \
  --header "x-api-key: $ACTORMESH_API_KEY" \
  --header 'content-type: application/json' \
  --data-binary @- <<<"{\"channel\":$(quoted "$channel"),\"events\":[$events]}"
echo
