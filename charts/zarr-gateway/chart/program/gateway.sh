#!/bin/sh
# Runs nginx on what the catalog's ConfigMaps hold, and takes up what changes there.
#
#   gateway.sh PREFIX
#
# Below PREFIX: program/ (this and a configuration for the time before the catalog), catalog/ (the mounted ConfigMaps: a digest
# and the parts of a compressed archive), run/ and cache/ (may be written). nginx runs on run/current, which leads to what was
# unpacked last: nginx.conf and the pages. An archive that is not whole, or whose configuration nginx refuses, changes nothing.
#
# GATEWAY_LISTEN: where to listen, in nginx's words; default port 8080 of every address.
set -u
cd "$1" || exit 1

master=
loaded=
look_seconds=2
looks_before_retry=15

say() {
  echo "gateway: $*" >&2
}

# What a configuration includes and only the pod knows.
write_listen() {
  if [ -n "${GATEWAY_LISTEN-}" ]; then
    echo "listen $GATEWAY_LISTEN backlog=1024;"
  else
    echo "listen 8080 backlog=1024;"
    if [ -e /proc/net/if_inet6 ]; then echo "listen [::]:8080 backlog=1024;"; fi
  fi
}

write_machine() {
  servers=
  while read -r word server _ || [ -n "$word" ]; do
    case "$word $server" in
      *%*) ;; # of one interface only: nginx has no words for that
      "nameserver "*:*) servers="$servers [$server]" ;;
      "nameserver "*) servers="$servers $server" ;;
    esac
  done </etc/resolv.conf
  # Without a global address of version 6, a store's addresses of that version lead nowhere.
  if grep -qs '^[0-9a-f]* [0-9a-f]* [0-9a-f]* 00 ' /proc/net/if_inet6; then ipv6=on; else ipv6=off; fi
  echo "resolver${servers:- 127.0.0.1} valid=30s ipv6=$ipv6;"
  for authorities in /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt; do
    if [ -r "$authorities" ]; then
      echo "proxy_ssl_trusted_certificate $authorities;"
      break
    fi
  done
}

# Makes a folder below run/ what nginx runs on. The link changes in one step; the folders before it go.
switch_to() {
  rm -f run/next
  ln -s "${1#run/}" run/next && mv -T run/next run/current || return 1
  for folder in run/site-*; do
    if [ "$folder" != "$1" ]; then rm -rf "$folder"; fi
  done
}

write_pod() {
  write_listen >"$1/listen.conf" && write_machine >"$1/machine.conf"
}

# Takes up what is mounted, if it is new and whole. Fails where another look may help.
take_up() {
  if [ ! -e catalog/digest ]; then return 0; fi
  wanted=$(cat catalog/digest) || return 1
  if [ "$wanted" = "$loaded" ]; then return 0; fi
  next=run/site-$wanted
  if ! cat catalog/part-* | gzip -dc >run/archive.tar 2>/dev/null || [ "$(sha256sum <run/archive.tar)" != "$wanted  -" ]; then
    say "the catalog is not whole yet"
    return 1
  fi
  mkdir -p "$next" && tar -xof run/archive.tar -C "$next" && write_pod "$next" || return 1
  rm -f run/archive.tar
  if ! nginx -t -q -p "$PWD/" -c "$next/nginx.conf" -e stderr; then
    rm -rf "$next"
    say "nginx refuses the new configuration: what was there before stays"
    return 1
  fi
  switch_to "$next" || return 1
  loaded=$wanted
  if [ -n "$master" ]; then kill -HUP "$master"; fi
  say "took up $wanted"
}

# Answers that have begun are finished.
# shellcheck disable=SC2329 # a trap calls it
quit() {
  trap '' TERM QUIT INT
  kill -QUIT "$master" 2>/dev/null
  while kill -0 "$master" 2>/dev/null; do wait "$master"; done
  exit 0
}

rm -rf run/site-* run/current run/next run/archive.tar
mkdir -p run/site-none && cp program/nginx.conf run/site-none/ && write_pod run/site-none && switch_to run/site-none || exit 1

seen=$(readlink catalog/..data)
looks=0
if take_up; then failed=; else failed=1; fi

nginx -p "$PWD/" -c run/current/nginx.conf -e stderr &
master=$!
trap quit TERM QUIT INT

while kill -0 "$master" 2>/dev/null; do
  now=$(readlink catalog/..data)
  looks=$((looks + 1))
  if [ "$now" != "$seen" ] || { [ -n "$failed" ] && [ $((looks % looks_before_retry)) -eq 0 ]; }; then
    seen=$now
    if take_up; then failed=; else failed=1; fi
  fi
  sleep "$look_seconds" &
  wait $!
done
wait "$master"
say "nginx has ended with $?"
exit 1
