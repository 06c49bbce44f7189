// A call of Jintong in an API tool: the document is the body, and the script signs the elements that it has.
import { writeXml, type XmlTree } from '../../protocol/codecs/xml.ts';
import type { ToolSigning } from '../../protocol/tool-signing.ts';
import { contract } from './contract.ts';

export const toolSigning: ToolSigning = {
  request({ party, method, params }) {
    const fields: XmlTree = [
      ['Partner', party],
      ['Action', method],
      ['RequestFmt', 'XML'],
      ['ResponseFmt', 'XML'],
      ['SignType', 'MD5'],
      ['Sign', '{{Sign}}'],
      ['Version', '1.0.0.0'],
      ['Param', Object.entries(params) as unknown as XmlTree],
    ];
    return {
      http: contract.envelope.http,
      path: contract.envelope.path,
      headers: { 'Content-Type': 'text/xml; charset=utf-8' },
      body: writeXml([['Request', fields]]),
    };
  },
  script: `// Sorted by name; Sign, SignType and what is empty are left out; an object is Name= and its own string.
const elements = (xml) => Array.from(xml.matchAll(/<(\\w+)>([\\s\\S]*?)<\\/\\1>/g), (one) => [one[1], one[2]]);
const plain = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&apos;/g, "'").replace(/&amp;/g, '&');
const join = (fields) => fields
  .filter(([name]) => name !== 'Sign' && name !== 'SignType')
  .map(([name, text]) => [name, elements(text).length > 0 ? join(elements(text)) : plain(text)])
  .filter(([, text]) => text !== '')
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, text]) => name + '=' + text)
  .join('&');
const fields = elements(elements(body)[0][1]);
const partner = (fields.find(([name]) => name === 'Partner') || [])[1];
set('Sign', md5(join(fields) + key(partner)));
`,
};
