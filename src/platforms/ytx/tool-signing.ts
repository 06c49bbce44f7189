// A call of ytx in an API tool: the script makes Sign and Authorization of the account and the moment.
import type { ToolSigning } from '../../protocol/tool-signing.ts';
import { FUNC, FUNC_URL, VERSION } from './methods.ts';
import { bodyOf } from './signing-sample.ts';

export const toolSigning: ToolSigning = {
  request(call) {
    return {
      http: 'POST',
      path: `/${VERSION}/sid/${call.party}/${FUNC}/${FUNC_URL}?Sign={{Sign}}`,
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        Authorization: '{{Authorization}}',
      },
      body: bodyOf(call),
    };
  },
  script: `// MD5 over account, token and the time in China; Authorization is the Base64 of account, a bar and the same time.
const time = new Date(Date.now() + 8 * 60 * 60 * 1000).toISOString().slice(0, 19).replace(/\\D/g, '');
set('Sign', md5(party + key(party) + time));
set('Authorization', base64(party + '|' + time));
`,
};
