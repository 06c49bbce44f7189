// Signs and sends a call of Jintong. Node 22 or later, no package.
import { createHash } from 'node:crypto';

type Fields = { [name: string]: string | Fields };

/** Sorted by name; Sign, SignType and what is empty are left out; an object is Name= and its own string. */
function stringToSign(fields: Fields): string {
  const pairs: string[] = [];
  for (const name of Object.keys(fields).sort()) {
    const given = fields[name] ?? '';
    const value = typeof given === 'string' ? given : stringToSign(given);
    if (value !== '' && name !== 'Sign' && name !== 'SignType') pairs.push(`${name}=${value}`);
  }
  return pairs.join('&');
}

/** MD5 over the string and the key, with nothing between them, in UTF-8. */
function sign(fields: Fields, key: string): string {
  return createHash('md5')
    .update(stringToSign(fields) + key, 'utf8')
    .digest('hex');
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const toXml = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => {
      const inner = typeof value === 'string' ? escapeXml(value) : toXml(value);
      return `<${name}>${inner}</${name}>`;
    })
    .join('');

async function send(server: string, partner: string, key: string, action: string, param: Fields) {
  const basic = { Partner: partner, Action: action, RequestFmt: 'XML', ResponseFmt: 'XML' };
  const fields = { ...basic, Version: '1.0.0.0', Param: param };
  const request = toXml({ Request: { ...fields, SignType: 'MD5', Sign: sign(fields, key) } });
  const body = new URLSearchParams({ request });
  const reply = await fetch(`${server}/Api/OrderOpenApi.ashx`, { method: 'POST', body });
  // The reply is URL-encoded.
  return decodeURIComponent((await reply.text()).replaceAll('+', ' '));
}

// The values of the call.
const server = 'http://127.0.0.1:8787';
const partner = 'jane88';
const key = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21';
const action = 'HastenOrder';
const param = { OrderID: '15112480268', UserName: 'jane88' };

console.log(await send(server, partner, key, action, param));
