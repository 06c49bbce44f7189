<?php
// Signs and sends a call of Jintong. PHP 7.4 or later, no package.

/** Sorted by name; Sign, SignType and what is empty are left out; an object is Name= and its own string. */
function stringToSign(array $fields): string
{
    ksort($fields, SORT_STRING);
    $pairs = [];
    foreach ($fields as $name => $value) {
        $text = is_array($value) ? stringToSign($value) : $value;
        if ($text !== '' && $name !== 'Sign' && $name !== 'SignType') {
            $pairs[] = "$name=$text";
        }
    }
    return implode('&', $pairs);
}

/** MD5 over the string and the key, with nothing between them, in UTF-8. */
function sign(array $fields, string $key): string
{
    return md5(stringToSign($fields) . $key);
}

function toXml(array $fields): string
{
    $xml = '';
    foreach ($fields as $name => $value) {
        $inner = is_array($value) ? toXml($value) : htmlspecialchars($value, ENT_NOQUOTES | ENT_XML1, 'UTF-8');
        $xml .= "<$name>$inner</$name>";
    }
    return $xml;
}

function send(string $server, string $partner, string $key, string $action, array $param): string
{
    $fields = ['Partner' => $partner, 'Action' => $action, 'RequestFmt' => 'XML', 'ResponseFmt' => 'XML'];
    $fields += ['Version' => '1.0.0.0', 'Param' => $param];
    $request = toXml(['Request' => $fields + ['SignType' => 'MD5', 'Sign' => sign($fields, $key)]]);
    $headers = 'Content-Type: application/x-www-form-urlencoded';
    $content = http_build_query(['request' => $request]);
    $http = ['method' => 'POST', 'header' => $headers, 'content' => $content];
    $reply = file_get_contents("$server/Api/OrderOpenApi.ashx", false, stream_context_create(['http' => $http]));
    return urldecode($reply); // The reply is URL-encoded.
}

// The values of the call.
$server = 'http://127.0.0.1:8787';
$partner = 'jane88';
$key = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21';
$action = 'HastenOrder';
$param = ['OrderID' => '15112480268', 'UserName' => 'jane88'];

echo send($server, $partner, $key, $action, $param), "\n";
