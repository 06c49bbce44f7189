// Signs and sends a call of Suning. Java 17 or later, no library: java Sign.java
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;

public class Sign {
    /**
     * MD5 over the secret, the four headers and the Base64 of the body, with nothing between them.
     * The bytes of the body that are signed are the bytes that are sent.
     */
    static String sign(String appSecret, String appMethod, String time, String appKey, String body)
            throws Exception {
        var base64 = Base64.getEncoder().encodeToString(body.getBytes(UTF_8));
        var text = appSecret + appMethod + time + appKey + "v1.2" + base64;
        var digest = MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    static String send(String server, String appKey, String appSecret, String appMethod, String body)
            throws Exception {
        var time = ZonedDateTime.now(ZoneId.of("Asia/Shanghai"))
            .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss"));
        var request = HttpRequest.newBuilder(URI.create(server + "/api/http/sopRequest"))
            .header("Content-Type", "application/json; charset=utf-8")
            .header("AppMethod", appMethod)
            .header("AppRequestTime", time)
            .header("Format", "json")
            .header("AppKey", appKey)
            .header("VersionNo", "v1.2")
            .header("signInfo", sign(appSecret, appMethod, time, appKey, body))
            .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    public static void main(String[] arguments) throws Exception {
        // The values of the call.
        var server = "http://127.0.0.1:8787";
        var appKey = "b0c332a133c102765f39de0a1b2c3d4e";
        var appSecret = "460d7ff15b073e463125b40f1e2d3c4b";
        var appMethod = "suning.selfmarket.leaguerstatus.add";
        var body = """
            {"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"180","orderId":"1000531505","orderItemId":"00000208117601","supplierCode":"10042869","failReason":"充值失败","cardList":[{"cardCode":"1234567899","cardSec":"I001XB999"}]}}}}""";

        System.out.println(send(server, appKey, appSecret, appMethod, body));
    }
}
