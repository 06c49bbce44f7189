// Signs and sends a call of Jintong. Java 17 or later, no library: java Sign.java
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

public class Sign {
    /** Sorted by name; Sign, SignType and what is empty are left out; an object is Name= and its own string. */
    static String stringToSign(Map<?, ?> fields) {
        var pairs = new StringJoiner("&");
        new TreeMap<Object, Object>(fields).forEach((name, value) -> {
            var text = value instanceof Map<?, ?> object ? stringToSign(object) : value.toString();
            if (!text.isEmpty() && !name.equals("Sign") && !name.equals("SignType")) {
                pairs.add(name + "=" + text);
            }
        });
        return pairs.toString();
    }

    /** MD5 over the string and the key, with nothing between them, in UTF-8. */
    static String sign(Map<?, ?> fields, String key) throws Exception {
        var text = stringToSign(fields) + key;
        var digest = MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    static String toXml(Map<?, ?> fields) {
        var xml = new StringBuilder();
        fields.forEach((name, value) -> xml.append("<" + name + ">")
            .append(value instanceof Map<?, ?> object ? toXml(object) : escape(value.toString()))
            .append("</" + name + ">"));
        return xml.toString();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    static String send(String server, String partner, String key, String action, Map<String, String> param)
            throws Exception {
        var fields = new TreeMap<String, Object>(Map.of("Partner", partner, "Action", action,
            "RequestFmt", "XML", "ResponseFmt", "XML", "Version", "1.0.0.0", "Param", param));
        fields.put("Sign", sign(fields, key));
        fields.put("SignType", "MD5");
        var body = "request=" + URLEncoder.encode(toXml(Map.of("Request", fields)), UTF_8);
        var request = HttpRequest.newBuilder(URI.create(server + "/Api/OrderOpenApi.ashx"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        var reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        return URLDecoder.decode(reply.body(), UTF_8); // The reply is URL-encoded.
    }

    public static void main(String[] arguments) throws Exception {
        // The values of the call.
        var server = "http://127.0.0.1:8787";
        var partner = "jane88";
        var key = "b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21";
        var action = "HastenOrder";
        var param = Map.of("OrderID", "15112480268", "UserName", "jane88");

        System.out.println(send(server, partner, key, action, param));
    }
}
