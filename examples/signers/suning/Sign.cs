// Signs and sends a call of Suning. C# 7 or later, .NET or Mono, no package.
using System;
using System.Globalization;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;

static class Sign
{
    /// MD5 over the secret, the four headers and the Base64 of the body, with nothing between them.
    /// The bytes of the body that are signed are the bytes that are sent.
    static string SignatureOf(string appSecret, string appMethod, string time, string appKey, string body)
    {
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(body));
        var text = appSecret + appMethod + time + appKey + "v1.2" + base64;
        using (var md5 = MD5.Create())
        {
            var digest = md5.ComputeHash(Encoding.UTF8.GetBytes(text));
            return BitConverter.ToString(digest).Replace("-", "").ToLowerInvariant();
        }
    }

    static string Send(string server, string appKey, string appSecret, string appMethod, string body)
    {
        var inChina = DateTime.UtcNow.AddHours(8);
        var time = inChina.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        using (var client = new HttpClient())
        {
            var headers = client.DefaultRequestHeaders;
            headers.Add("AppMethod", appMethod);
            headers.Add("AppRequestTime", time);
            headers.Add("Format", "json");
            headers.Add("AppKey", appKey);
            headers.Add("VersionNo", "v1.2");
            headers.Add("signInfo", SignatureOf(appSecret, appMethod, time, appKey, body));
            var content = new StringContent(body, new UTF8Encoding(false), "application/json");
            var reply = client.PostAsync(server + "/api/http/sopRequest", content).Result;
            return reply.Content.ReadAsStringAsync().Result;
        }
    }

    static void Main()
    {
        // The values of the call.
        var server = "http://127.0.0.1:8787";
        var appKey = "b0c332a133c102765f39de0a1b2c3d4e";
        var appSecret = "460d7ff15b073e463125b40f1e2d3c4b";
        var appMethod = "suning.selfmarket.leaguerstatus.add";
        var body = @"{""sn_request"":{""sn_body"":{""addLeaguerstatus"":{""iqStatus"":""180"",""orderId"":""1000531505"",""orderItemId"":""00000208117601"",""supplierCode"":""10042869"",""failReason"":""充值失败"",""cardList"":[{""cardCode"":""1234567899"",""cardSec"":""I001XB999""}]}}}}";

        Console.WriteLine(Send(server, appKey, appSecret, appMethod, body));
    }
}
