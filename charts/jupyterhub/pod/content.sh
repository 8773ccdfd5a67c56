#!/bin/sh
# Brings a public git repository into a home, and later what is new in it. What a user changed stays as it is; what a user
# removed comes back when it changes. A failure is told, here and in the home, and never keeps a server from starting.
#
# HOME_FOLDER      the home
# CONTENT_URL      the repository
# CONTENT_BRANCH   its branch; empty: the repository's own
# CONTENT_SECONDS  how long one transfer may take
set -u

log="$HOME_FOLDER/.isthmus-content.log"
name="${CONTENT_URL%/}"
name="$(basename "${name%.git}")"
place="$HOME_FOLDER/$name"
# The last state that came from here: what differs from it is the user's.
brought=refs/isthmus/brought

# Settings of the home are the user's own, and its repository's hooks: none of them runs here.
HOME="$(mktemp -d)"
export HOME GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 LC_ALL=C
trap 'rm -rf "$HOME" "$HOME_FOLDER"/.isthmus-content.??????' EXIT

tell() {
  line="$(date -u +%Y-%m-%dT%H:%M:%SZ) $1"
  echo "$line"
  { tail -n 199 "$log" 2>/dev/null; echo "$line"; } >"$HOME/log" && cat "$HOME/log" >"$log"
}

in_place() {
  git -c safe.directory='*' -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.quotePath=false \
    --literal-pathspecs -C "$place" "$@"
}

last_words() {
  grep -m 1 -E '^(fatal|error):' "$HOME/errors" || tail -n 1 "$HOME/errors"
}

bring_all() {
  part="$(mktemp -d "$HOME_FOLDER/.isthmus-content.XXXXXX")" || return 0
  if timeout "$CONTENT_SECONDS" git clone --quiet --depth 1 ${CONTENT_BRANCH:+--branch "$CONTENT_BRANCH"} \
    -- "$CONTENT_URL" "$part/new" 2>"$HOME/errors" &&
    git -c safe.directory='*' -C "$part/new" update-ref "$brought" HEAD && mv -T "$part/new" "$place"; then
    tell "$name: brought from $CONTENT_URL"
  else
    tell "$name: not brought from $CONTENT_URL: $(last_words)"
  fi
}

# A file as it was brought, or one that is gone, may be replaced.
is_untouched() {
  if [ ! -e "$place/$1" ] && [ ! -L "$place/$1" ]; then return 0; fi
  in_place cat-file -e "$old:$1" 2>/dev/null && in_place diff --quiet "$old" -- "$1" 2>/dev/null
}

bring() {
  if ! is_untouched "$1"; then
    tell "$name: $1 is new there, and changed here: kept as it is here"
  elif ! in_place cat-file -e "$new:$1" 2>/dev/null; then
    rm -f "$place/$1"
  elif ! in_place checkout --quiet "$new" -- "$1" 2>"$HOME/errors"; then
    tell "$name: $1 not brought: $(last_words)"
  fi
}

bring_new() {
  if ! old="$(in_place rev-parse --verify --quiet "$brought")"; then
    tell "$name: there is something else of this name: left as it is"
    return
  fi
  if [ "$(in_place rev-parse HEAD 2>/dev/null)" != "$old" ]; then
    tell "$name: has commits or a branch of its own: left as it is"
    return
  fi
  if ! timeout "$CONTENT_SECONDS" git -c safe.directory='*' -c core.hooksPath=/dev/null -C "$place" fetch --quiet \
    --depth 1 -- "$CONTENT_URL" "${CONTENT_BRANCH:-HEAD}" 2>"$HOME/errors"; then
    tell "$name: nothing new from $CONTENT_URL: $(last_words)"
    return
  fi
  new="$(in_place rev-parse FETCH_HEAD)"
  if [ "$new" = "$old" ]; then return; fi
  in_place diff --name-only --no-renames "$old" "$new" >"$HOME/changed"
  while IFS= read -r path; do bring "$path"; done <"$HOME/changed"
  if in_place reset --quiet "$new" 2>"$HOME/errors" && in_place update-ref "$brought" "$new"; then
    tell "$name: brought what is new"
  else
    tell "$name: what is new is not all there: $(last_words)"
  fi
}

if [ -e "$place" ]; then bring_new; else bring_all; fi
exit 0
