#!/bin/sh
# Brings a home's files from the object store, and saves them there: every few minutes, and when the server has ended.
#
# save.sh restore | keep
# HOME_FOLDER   the home
# SAVE_PLACE    where its files are: REMOTE:BUCKET/PREFIX
# SAVE_SECONDS  between two times
# SAVE_REMOVED  sync: what is removed here is removed there; copy: it stays, since other servers save there too
set -u

restored="$HOME_FOLDER/.isthmus-restored"
log="$HOME_FOLDER/.isthmus-save.log"

tell() {
  line="$(date -u +%Y-%m-%dT%H:%M:%SZ) $1"
  echo "$line"
  echo "$line" >>"$log"
}

# Caches are made again; our own files are of this server only. A store that is down is given up soon: a server waits for it.
moved() {
  rclone "$@" --links --fast-list --quiet --contimeout 10s --timeout 60s --retries 1 --low-level-retries 3 \
    --exclude '/.isthmus-*' --exclude '/.cache/**' --exclude '/.local/share/Trash/**' --exclude '__pycache__/**' \
    --exclude '.ipynb_checkpoints/**' --exclude 'node_modules/**' 2>"$HOME_FOLDER/.isthmus-errors"
}

why() {
  tail -n 1 "$HOME_FOLDER/.isthmus-errors"
}

# Where the files did not come, nothing of them is removed or written over.
save() {
  if [ -e "$restored" ]; then set -- "$SAVE_REMOVED"; else set -- copy --ignore-existing; fi
  verb="$1"
  shift
  if moved "$verb" "$HOME_FOLDER" "$SAVE_PLACE" "$@"; then tell "saved"; else tell "not all saved: $(why)"; fi
}

restore() {
  if moved copy "$SAVE_PLACE" "$HOME_FOLDER"; then
    : >"$restored"
    tell "restored"
  else
    tell "not restored, so files there are left as they are: $(why)"
  fi
}

keep() {
  trap 'save; exit 0' TERM INT
  tell "saving every $SAVE_SECONDS seconds"
  while :; do
    left="$SAVE_SECONDS"
    # Second by second: a signal is heard between two of them.
    while [ "$left" -gt 0 ]; do
      sleep 1
      left=$((left - 1))
    done
    save
  done
}

case "${1:-}" in
  restore) restore ;;
  keep) keep ;;
  *) exit 2 ;;
esac
exit 0
