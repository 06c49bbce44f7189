// Signs and sends a call of ytx. Go 1.18 or later, standard library only: go run sign.go
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

// The query's Sign: MD5 over the account, its token and the time, with nothing between them.
func sign(accountSID, authToken, at string) string {
	digest := md5.Sum([]byte(accountSID + authToken + at))
	return hex.EncodeToString(digest[:])
}

// The header Authorization: Base64 of the account, a bar and the same time.
func authorization(accountSID, at string) string {
	return base64.StdEncoding.EncodeToString([]byte(accountSID + "|" + at))
}

func send(server, accountSID, authToken, body string) (string, error) {
	at := time.Now().In(time.FixedZone("China", 8*60*60)).Format("20060102150405")
	path := "/201612/sid/" + accountSID + "/Unicom/Order.wx?Sign=" + sign(accountSID, authToken, at)
	call, err := http.NewRequest("POST", server+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	call.Header.Set("Authorization", authorization(accountSID, at))
	call.Header.Set("Content-Type", "application/json; charset=utf-8")
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
	accountSID := "abcdefghijklmnopqrstuvwxyz012345"
	authToken := "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
	body := `{"action":"getOrderResult","appid":"ff8080813fc70a7b013fc72312324213","requestId":"2016010000000219"}`

	fmt.Println(send(server, accountSID, authToken, body))
}
