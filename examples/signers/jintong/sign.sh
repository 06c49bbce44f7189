#!/usr/bin/env bash
# Signs and sends a call of Jintong with bash, openssl and curl.
set -euo pipefail

# Joins NAME=VALUE arguments with "&", sorted by the bytes of the names.
# Sign, SignType and fields without a value are not signed.
join() {
  for field in "$@"; do
    case $field in Sign=* | SignType=* | *=) ;; *) printf '%s\0' "$field" ;; esac
  done | LC_ALL=C sort -z -t= -k1,1 | sed -z '$!s/$/\&/' | tr -d '\0'
}

# MD5 over the joined fields and the key, with nothing between them, in UTF-8.
# An object among the fields is NAME= and its own joined fields.
sign() { # KEY FIELD…
  printf '%s%s' "$(join "${@:2}")" "$1" | openssl md5 -r | cut -c1-32
}

# Writes NAME=VALUE arguments as XML elements.
elements() {
  for field in "$@"; do
    value=$(printf %s "${field#*=}" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g')
    printf '<%s>%s</%s>' "${field%%=*}" "$value" "${field%%=*}"
  done
}

# Sends the call; the reply is URL-encoded.
send() {
  fields=("Partner=$partner" "Action=$action" RequestFmt=XML ResponseFmt=XML Version=1.0.0.0)
  signature=$(sign "$key" "${fields[@]}" "Param=$(join "${param[@]}")")
  basic=$(elements "${fields[@]}" SignType=MD5 "Sign=$signature")
  reply=$(curl -sS "$server/Api/OrderOpenApi.ashx" \
    --data-urlencode "request=<Request>$basic<Param>$(elements "${param[@]}")</Param></Request>")
  printf '%b\n' "$(printf %s "$reply" | sed 's/+/ /g; s/%/\\x/g')"
}

# The values of the call.
server='http://127.0.0.1:8787'
partner='jane88'
key='b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21'
action='HastenOrder'
param=('OrderID=15112480268' 'UserName=jane88')

send
