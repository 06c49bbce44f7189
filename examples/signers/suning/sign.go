// Signs and sends a call of Suning. Go 1.18 or later, standard library only: go run sign.go
package main

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// MD5 over the secret, the four headers and the Base64 of the body, with nothing between them.
// The bytes of the body that are signed are the bytes that are sent.
func sign(appSecret, appMethod, at, appKey, body string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte(body))
	digest := md5.Sum([]byte(appSecret + appMethod + at + appKey + "v1.2" + encoded))
	return hex.EncodeToString(digest[:])
}

func send(server, appKey, appSecret, appMethod, body string) (string, error) {
	at := time.Now().In(time.FixedZone("China", 8*60*60)).Format("2006-01-02 15:04:05")
	call, err := http.NewRequest("POST", server+"/api/http/sopRequest", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	call.Header.Set("Content-Type", "application/json; charset=utf-8")
	call.Header.Set("AppMethod", appMethod)
	call.Header.Set("AppRequestTime", at)
	call.Header.Set("Format", "json")
	call.Header.Set("AppKey", appKey)
	call.Header.Set("VersionNo", "v1.2")
	call.Header.Set("signInfo", sign(appSecret, appMethod, at, appKey, body))
	reply, err := http.DefaultClient.Do(call)
	if err != nil {
		return "", err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	return string(text), err
}

func main() {
	// The values of the call.
	server := "http://127.0.0.1:8787"
	appKey := "b0c332a133c102765f39de0a1b2c3d4e"
	appSecret := "460d7ff15b073e463125b40f1e2d3c4b"
	appMethod := "suning.selfmarket.leaguerstatus.add"
	body := `{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"180","orderId":"1000531505","orderItemId":"00000208117601","supplierCode":"10042869","failReason":"充值失败","cardList":[{"cardCode":"1234567899","cardSec":"I001XB999"}]}}}}`

	fmt.Println(send(server, appKey, appSecret, appMethod, body))
}
