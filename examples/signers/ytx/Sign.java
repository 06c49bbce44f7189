// Signs and sends a call of ytx. Java 17 or later, no library: java Sign.java
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
    /** The query's Sign: MD5 over the account, its token and the time, with nothing between them. */
    static String sign(String accountSID, String authToken, String time) throws Exception {
        var text = accountSID + authToken + time;
        var digest = MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    /** The header Authorization: Base64 of the account, a bar and the same time. */
    static String authorization(String accountSID, String time) {
        return Base64.getEncoder().encodeToString((accountSID + "|" + time).getBytes(UTF_8));
    }

    static String send(String server, String accountSID, String authToken, String body) throws Exception {
        var time = ZonedDateTime.now(ZoneId.of("Asia/Shanghai"))
            .format(DateTimeFormatter.ofPattern("yyyyMMddHHmmss"));
        var path = "/201612/sid/" + accountSID + "/Unicom/Order.wx?Sign=" + sign(accountSID, authToken, time);
        var request = HttpRequest.newBuilder(URI.create(server + path))
            .header("Authorization", authorization(accountSID, time))
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    public static void main(String[] arguments) throws Exception {
        // The values of the call.
        var server = "http://127.0.0.1:8787";
        var accountSID = "abcdefghijklmnopqrstuvwxyz012345";
        var authToken = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
        var body = """
            {"action":"getOrderResult","appid":"ff8080813fc70a7b013fc72312324213","requestId":"2016010000000219"}""";

        System.out.println(send(server, accountSID, authToken, body));
    }
}
