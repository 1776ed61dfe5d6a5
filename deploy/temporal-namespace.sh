#!/bin/sh
# Makes the namespace TEMPORAL_NAMESPACE on the server TEMPORAL_ADDRESS, with the retention and the search attributes
# that Flows needs. Changes nothing when run again.
set -eu

attributes='FlowsConnection FlowsEntity FlowsSystem FlowsKind FlowsState'
attempts_max=30

# A new namespace takes seconds until every part of the server knows it.
attempt() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -ge "$attempts_max" ]; then
      echo "gave up after $attempts_max attempts: $*" >&2
      return 1
    fi
    sleep 2
  done
}

ensure_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
}

ensure_attribute() {
  known=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE") || return 1
  if echo "$known" | grep -qw "$1"; then return 0; fi
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type Keyword
}

attempt ensure_namespace
for name in $attributes; do
  attempt ensure_attribute "$name"
done
