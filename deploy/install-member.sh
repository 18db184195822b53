#!/bin/sh
# usage: install-member.sh MEMBER    (a workspace member's name; run at the top of the workspace)
# Installs the production dependencies of one member and of the members it depends on; of the others nothing stays.
set -eu
# --filter-prod follows production dependencies only: what a member needs for its tests stays out.
pnpm install --frozen-lockfile --prod --filter-prod "$1..." --store-dir /pnpm-store --package-import-method copy
for member in packages/* services/*; do
  [ -d "$member/node_modules" ] || rm -r "$member"
done
# Links to members that are gone.
find node_modules packages services -xtype l -delete
# What pnpm notes of the time of the install: without it the same lockfile gives the same layer.
rm -f node_modules/.modules.yaml node_modules/.pnpm-workspace-state*.json
