// A call of Suning in an API tool: the script signs the time of the moment and the body as it stands there.
import type { ToolSigning } from '../../protocol/tool-signing.ts';
import { VERSION } from './methods.ts';
import { bodyOf } from './signing-sample.ts';
import { CONTENT_TYPES } from './wire.ts';

export const toolSigning: ToolSigning = {
  request(call) {
    const headers = {
      'Content-Type': CONTENT_TYPES.json,
      AppMethod: call.method,
      AppRequestTime: '{{AppRequestTime}}',
      Format: 'json',
      AppKey: call.party,
      VersionNo: VERSION,
      signInfo: '{{signInfo}}',
    };
    return { http: 'POST', path: '/api/http/sopRequest', headers, body: bodyOf(call) };
  },
  script: `// The time in China, and MD5 over secret, headers and the Base64 of the body, with nothing between them.
const time = new Date(Date.now() + 8 * 60 * 60 * 1000).toISOString().slice(0, 19).replace('T', ' ');
set('AppRequestTime', time);
set('signInfo', md5(key(party) + method + time + party + '${VERSION}' + base64(body)));
`,
};
