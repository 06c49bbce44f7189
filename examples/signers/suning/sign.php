<?php
// Signs and sends a call of Suning. PHP 7.4 or later, no package.

/**
 * MD5 over the secret, the four headers and the Base64 of the body, with nothing between them.
 * The bytes of the body that are signed are the bytes that are sent.
 */
function sign(string $appSecret, string $appMethod, string $time, string $appKey, string $body): string
{
    return md5($appSecret . $appMethod . $time . $appKey . 'v1.2' . base64_encode($body));
}

function send(string $server, string $appKey, string $appSecret, string $appMethod, string $body): string
{
    $time = (new DateTime('now', new DateTimeZone('Asia/Shanghai')))->format('Y-m-d H:i:s');
    $headers = [
        'Content-Type: application/json; charset=utf-8',
        "AppMethod: $appMethod",
        "AppRequestTime: $time",
        'Format: json',
        "AppKey: $appKey",
        'VersionNo: v1.2',
        'signInfo: ' . sign($appSecret, $appMethod, $time, $appKey, $body),
    ];
    $http = ['method' => 'POST', 'header' => $headers, 'content' => $body];
    return file_get_contents("$server/api/http/sopRequest", false, stream_context_create(['http' => $http]));
}

// The values of the call.
$server = 'http://127.0.0.1:8787';
$appKey = 'b0c332a133c102765f39de0a1b2c3d4e';
$appSecret = '460d7ff15b073e463125b40f1e2d3c4b';
$appMethod = 'suning.selfmarket.leaguerstatus.add';
$body = '{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"180","orderId":"1000531505","orderItemId":"00000208117601","supplierCode":"10042869","failReason":"充值失败","cardList":[{"cardCode":"1234567899","cardSec":"I001XB999"}]}}}}';

echo send($server, $appKey, $appSecret, $appMethod, $body), "\n";
