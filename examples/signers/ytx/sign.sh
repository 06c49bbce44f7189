#!/usr/bin/env bash
# Signs and sends a call of ytx with bash, openssl and curl.
set -euo pipefail

# The query's Sign: MD5 over the account, its token and the time, with nothing between them.
sign() { # ACCOUNTSID AUTHTOKEN TIME
  printf %s "$1$2$3" | openssl md5 -r | cut -c1-32
}

# The header Authorization: Base64 of the account, a bar and the same time.
authorization() { # ACCOUNTSID TIME
  printf %s "$1|$2" | openssl base64 -A
}

send() {
  time=$(TZ=UTC-8 date +%Y%m%d%H%M%S) # the time in China
  signature=$(sign "$accountSID" "$authToken" "$time")
  curl -sS "$server/201612/sid/$accountSID/Unicom/Order.wx?Sign=$signature" \
    -H "Authorization: $(authorization "$accountSID" "$time")" \
    -H 'Content-Type: application/json; charset=utf-8' \
    --data-binary "$body"
}

# The values of the call.
server='http://127.0.0.1:8787'
accountSID='abcdefghijklmnopqrstuvwxyz012345'
authToken='9f8e7d6c5b4a39281706f5e4d3c2b1a0'
body='{"action":"getOrderResult","appid":"ff8080813fc70a7b013fc72312324213","requestId":"2016010000000219"}'

send
