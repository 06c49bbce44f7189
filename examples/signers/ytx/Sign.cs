// Signs and sends a call of ytx. C# 7 or later, .NET or Mono, no package.
using System;
using System.Globalization;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;

static class Sign
{
    /// The query's Sign: MD5 over the account, its token and the time, with nothing between them.
    static string SignatureOf(string accountSID, string authToken, string time)
    {
        using (var md5 = MD5.Create())
        {
            var digest = md5.ComputeHash(Encoding.UTF8.GetBytes(accountSID + authToken + time));
            return BitConverter.ToString(digest).Replace("-", "").ToLowerInvariant();
        }
    }

    /// The header Authorization: Base64 of the account, a bar and the same time.
    static string Authorization(string accountSID, string time) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(accountSID + "|" + time));

    static string Send(string server, string accountSID, string authToken, string body)
    {
        var inChina = DateTime.UtcNow.AddHours(8);
        var time = inChina.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        var sign = SignatureOf(accountSID, authToken, time);
        using (var client = new HttpClient())
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", Authorization(accountSID, time));
            var content = new StringContent(body, new UTF8Encoding(false), "application/json");
            var reply = client.PostAsync($"{server}/201612/sid/{accountSID}/Unicom/Order.wx?Sign={sign}", content).Result;
            return reply.Content.ReadAsStringAsync().Result;
        }
    }

    static void Main()
    {
        // The values of the call.
        var server = "http://127.0.0.1:8787";
        var accountSID = "abcdefghijklmnopqrstuvwxyz012345";
        var authToken = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
        var body = @"{""action"":""getOrderResult"",""appid"":""ff8080813fc70a7b013fc72312324213"",""requestId"":""2016010000000219""}";

        Console.WriteLine(Send(server, accountSID, authToken, body));
    }
}
