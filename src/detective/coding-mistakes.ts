// A body that was signed as it is, or as base64 of another kind, or encoded once more.
import { ofBody, onText } from './body-change.ts';
import { type BodyForm, base64Body } from './draft.ts';
import { detail, type Mistake, STAGE } from './mistake.ts';

const wrapped = (width: number, lineEnd: string, last: boolean): BodyForm => {
  const lines = new RegExp(`.{1,${width}}`, 'g');
  return (bytes, charset) => {
    const text = (base64Body(bytes, charset).match(lines) ?? []).join(lineEnd);
    return last ? text + lineEnd : text;
  };
};

const urlSafe: BodyForm = (bytes, charset) =>
  base64Body(bytes, charset).replaceAll('+', '-').replaceAll('/', '_');

export function codingMistakes(): Mistake[] {
  const form = (
    id: Mistake['id'],
    zh: string,
    en: string,
    weight: number,
    bodyForm: BodyForm,
  ): Mistake => ({
    id,
    detail: detail(zh, en),
    stage: STAGE.bodyForm,
    weight,
    group: 'body-form',
    apply: (draft) => {
      draft.bodyForm = bodyForm;
    },
  });
  const later = (
    id: Mistake['id'],
    zh: string,
    en: string,
    weight: number,
    change: (text: string) => string,
  ): Mistake => ({
    id,
    detail: detail(zh, en),
    stage: STAGE.bodyFormLater,
    weight,
    group: 'body-form-later',
    apply: (draft) => {
      const { bodyForm } = draft;
      draft.bodyForm = (bytes, charset) => change(bodyForm(bytes, charset));
    },
  });
  return [
    form('body-not-base64', '直接拼接了报文', 'the text of the body itself', 0, (bytes) =>
      bytes.toString('utf8'),
    ),
    form('body-not-base64', '写成了十六进制', 'in hexadecimal digits', 2, (bytes) =>
      bytes.toString('hex'),
    ),
    form('body-not-base64', '做了两次 base64', 'base64 of its base64', 1, (bytes, charset) =>
      Buffer.from(base64Body(bytes, charset)).toString('base64'),
    ),
    form(
      'base64-lines',
      '每 76 个字符一个换行',
      'LF behind each 76 characters',
      0,
      wrapped(76, '\n', false),
    ),
    form(
      'base64-lines',
      '每 76 个字符一个换行，末尾也有',
      'LF behind each 76 characters and at the end',
      0,
      wrapped(76, '\n', true),
    ),
    form(
      'base64-lines',
      '每 76 个字符一个 CRLF',
      'CR LF behind each 76 characters',
      0,
      wrapped(76, '\r\n', false),
    ),
    form(
      'base64-lines',
      '每 76 个字符一个 CRLF，末尾也有',
      'CR LF behind each 76 characters and at the end',
      1,
      wrapped(76, '\r\n', true),
    ),
    form(
      'base64-lines',
      '每 64 个字符一个换行',
      'LF behind each 64 characters',
      1,
      wrapped(64, '\n', false),
    ),
    form(
      'base64-lines',
      '每 64 个字符一个换行，末尾也有',
      'LF behind each 64 characters and at the end',
      1,
      wrapped(64, '\n', true),
    ),
    form(
      'base64-lines',
      '每 64 个字符一个 CRLF',
      'CR LF behind each 64 characters',
      2,
      wrapped(64, '\r\n', false),
    ),
    form(
      'base64-lines',
      '每 64 个字符一个 CRLF，末尾也有',
      'CR LF behind each 64 characters and at the end',
      2,
      wrapped(64, '\r\n', true),
    ),
    form(
      'base64-lines',
      '末尾多一个换行',
      'LF at the end',
      1,
      (bytes, charset) => `${base64Body(bytes, charset)}\n`,
    ),
    form('base64-urlsafe', 'URL 安全的字母表', 'the URL-safe alphabet', 0, urlSafe),
    form(
      'base64-urlsafe',
      'URL 安全且没有填充',
      'the URL-safe alphabet without padding',
      0,
      (bytes, charset) => urlSafe(bytes, charset).replace(/=+$/, ''),
    ),
    form('base64-urlsafe', '没有填充', 'the padding is left out', 1, (bytes, charset) =>
      base64Body(bytes, charset).replace(/=+$/, ''),
    ),
    later(
      'value-encoded',
      'base64 被 URL 编码',
      'the base64 was URL-encoded',
      0,
      encodeURIComponent,
    ),
    later(
      'value-encoded',
      'base64 被 URL 编码（小写）',
      'the base64 was URL-encoded with lower-case digits',
      1,
      (text) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase()),
    ),
    later(
      'value-decoded',
      'base64 中的 + 变成空格',
      'the + of the base64 became a space',
      1,
      (text) => text.replaceAll('+', ' '),
    ),
    ofBody(
      'value-encoded',
      ['报文被 URL 编码', 'the body was URL-encoded'],
      1,
      onText(encodeURIComponent),
      STAGE.encoded,
    ),
    ofBody(
      'value-decoded',
      ['报文被 URL 解码', 'the body was URL-decoded'],
      1,
      onText(decoded),
      STAGE.encoded,
    ),
    ofBody(
      'value-decoded',
      ['报文的 XML 转义被还原', 'the XML escapes of the body were undone'],
      1,
      onText((text) =>
        /&(?:lt|gt|quot|apos|amp);/.test(text)
          ? text
              .replaceAll('&lt;', '<')
              .replaceAll('&gt;', '>')
              .replaceAll('&quot;', '"')
              .replaceAll('&apos;', "'")
              .replaceAll('&amp;', '&')
          : null,
      ),
      STAGE.encoded,
    ),
  ];
}

function decoded(text: string): string | null {
  if (!/%[0-9a-f]{2}/i.test(text)) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
