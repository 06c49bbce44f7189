// Signs and sends a call of Jintong. Go 1.18 or later, standard library only: go run sign.go
package main

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

type fields = map[string]any

func sortedNames(of fields) []string {
	names := []string{}
	for name := range of {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Sorted by name; Sign, SignType and what is empty are left out; an object is Name= and its own string.
func stringToSign(of fields) string {
	pairs := []string{}
	for _, name := range sortedNames(of) {
		value, isText := of[name].(string)
		if !isText {
			value = stringToSign(of[name].(fields))
		}
		if value != "" && name != "Sign" && name != "SignType" {
			pairs = append(pairs, name+"="+value)
		}
	}
	return strings.Join(pairs, "&")
}

// MD5 over the string and the key, with nothing between them, in UTF-8.
func sign(of fields, key string) string {
	digest := md5.Sum([]byte(stringToSign(of) + key))
	return hex.EncodeToString(digest[:])
}

func toXML(of fields) string {
	xml := ""
	for _, name := range sortedNames(of) {
		value, isText := of[name].(string)
		inner := html.EscapeString(value)
		if !isText {
			inner = toXML(of[name].(fields))
		}
		xml += "<" + name + ">" + inner + "</" + name + ">"
	}
	return xml
}

func send(server, partner, key, action string, param fields) (string, error) {
	call := fields{"Partner": partner, "Action": action, "RequestFmt": "XML", "ResponseFmt": "XML",
		"Version": "1.0.0.0", "Param": param}
	call["Sign"], call["SignType"] = sign(call, key), "MD5"
	form := url.Values{"request": {toXML(fields{"Request": call})}}
	reply, err := http.PostForm(server+"/Api/OrderOpenApi.ashx", form)
	if err != nil {
		return "", err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		return "", err
	}
	return url.QueryUnescape(string(text)) // The reply is URL-encoded.
}

func main() {
	// The values of the call.
	server := "http://127.0.0.1:8787"
	partner := "jane88"
	key := "b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21"
	action := "HastenOrder"
	param := fields{"OrderID": "15112480268", "UserName": "jane88"}

	fmt.Println(send(server, partner, key, action, param))
}
