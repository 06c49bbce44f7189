<?php
// Signs and sends a call of ytx. PHP 7.4 or later, no package.

/** The query's Sign: MD5 over the account, its token and the time, with nothing between them. */
function sign(string $accountSID, string $authToken, string $time): string
{
    return md5($accountSID . $authToken . $time);
}

/** The header Authorization: Base64 of the account, a bar and the same time. */
function authorization(string $accountSID, string $time): string
{
    return base64_encode("$accountSID|$time");
}

function send(string $server, string $accountSID, string $authToken, string $body): string
{
    $time = (new DateTime('now', new DateTimeZone('Asia/Shanghai')))->format('YmdHis');
    $headers = [
        'Authorization: ' . authorization($accountSID, $time),
        'Content-Type: application/json; charset=utf-8',
    ];
    $path = "/201612/sid/$accountSID/Unicom/Order.wx?Sign=" . sign($accountSID, $authToken, $time);
    $http = ['method' => 'POST', 'header' => $headers, 'content' => $body];
    return file_get_contents($server . $path, false, stream_context_create(['http' => $http]));
}

// The values of the call.
$server = 'http://127.0.0.1:8787';
$accountSID = 'abcdefghijklmnopqrstuvwxyz012345';
$authToken = '9f8e7d6c5b4a39281706f5e4d3c2b1a0';
$body = '{"action":"getOrderResult","appid":"ff8080813fc70a7b013fc72312324213","requestId":"2016010000000219"}';

echo send($server, $accountSID, $authToken, $body), "\n";
