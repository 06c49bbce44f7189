// Signs and sends a call of Jintong. C# 7 or later, .NET or Mono, no package.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Security;
using System.Security.Cryptography;
using System.Text;

using Fields = System.Collections.Generic.Dictionary<string, object>;

static class Sign
{
    /// Sorted by name; Sign, SignType and what is empty are left out; an object is Name= and its own string.
    static string StringToSign(Fields fields)
    {
        var pairs = from field in fields.OrderBy(one => one.Key, StringComparer.Ordinal)
                    let text = field.Value is Fields ? StringToSign((Fields)field.Value) : (string)field.Value
                    where text != "" && field.Key != "Sign" && field.Key != "SignType"
                    select field.Key + "=" + text;
        return string.Join("&", pairs);
    }

    /// MD5 over the string and the key, with nothing between them, in UTF-8.
    static string SignatureOf(Fields fields, string key)
    {
        using (var md5 = MD5.Create())
        {
            var digest = md5.ComputeHash(Encoding.UTF8.GetBytes(StringToSign(fields) + key));
            return BitConverter.ToString(digest).Replace("-", "").ToLowerInvariant();
        }
    }

    static string ToXml(Fields fields) => string.Concat(fields.Select(field =>
    {
        var inner = field.Value is Fields ? ToXml((Fields)field.Value) : SecurityElement.Escape((string)field.Value);
        return $"<{field.Key}>{inner}</{field.Key}>";
    }));

    static string Send(string server, string partner, string key, string action, Fields param)
    {
        var fields = new Fields
        {
            ["Partner"] = partner, ["Action"] = action, ["RequestFmt"] = "XML", ["ResponseFmt"] = "XML",
            ["Version"] = "1.0.0.0", ["Param"] = param,
        };
        fields["Sign"] = SignatureOf(fields, key);
        fields["SignType"] = "MD5";
        var form = new Dictionary<string, string> { ["request"] = ToXml(new Fields { ["Request"] = fields }) };
        using (var client = new HttpClient())
        {
            var reply = client.PostAsync(server + "/Api/OrderOpenApi.ashx", new FormUrlEncodedContent(form)).Result;
            return WebUtility.UrlDecode(reply.Content.ReadAsStringAsync().Result); // The reply is URL-encoded.
        }
    }

    static void Main()
    {
        // The values of the call.
        var server = "http://127.0.0.1:8787";
        var partner = "jane88";
        var key = "b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21";
        var action = "HastenOrder";
        var param = new Fields { ["OrderID"] = "15112480268", ["UserName"] = "jane88" };

        Console.WriteLine(Send(server, partner, key, action, param));
    }
}
