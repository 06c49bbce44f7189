#!/usr/bin/env bash
# Signs and sends a call of Suning with bash, openssl and curl.
set -euo pipefail

# MD5 over the secret, the four headers and the Base64 of the body, with nothing between them.
# The bytes of the body that are signed are the bytes that are sent.
sign() { # APPSECRET METHOD TIME APPKEY BODY
  base64=$(printf %s "$5" | openssl base64 -A)
  printf %s "$1$2$3$4v1.2$base64" | openssl md5 -r | cut -c1-32
}

send() {
  time=$(TZ=UTC-8 date '+%Y-%m-%d %H:%M:%S') # the time in China
  curl -sS "$server/api/http/sopRequest" \
    -H 'Content-Type: application/json; charset=utf-8' \
    -H "AppMethod: $appMethod" \
    -H "AppRequestTime: $time" \
    -H 'Format: json' \
    -H "AppKey: $appKey" \
    -H 'VersionNo: v1.2' \
    -H "signInfo: $(sign "$appSecret" "$appMethod" "$time" "$appKey" "$body")" \
    --data-binary "$body"
}

# The values of the call.
server='http://127.0.0.1:8787'
appKey='b0c332a133c102765f39de0a1b2c3d4e'
appSecret='460d7ff15b073e463125b40f1e2d3c4b'
appMethod='suning.selfmarket.leaguerstatus.add'
body='{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"180","orderId":"1000531505","orderItemId":"00000208117601","supplierCode":"10042869","failReason":"充值失败","cardList":[{"cardCode":"1234567899","cardSec":"I001XB999"}]}}}}'

send
