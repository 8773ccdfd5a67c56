#!/bin/sh
# An engine whose plan is a fixture: what the guard must stop, without a cloud. The stack's directory holds plan.json.
case "$1" in
  version) echo "Terraform v1.11.4" ;;
  init) mkdir -p .terraform ;;
  plan) exit 2 ;;
  show) cat plan.json ;;
  apply) touch applied ;;
esac
