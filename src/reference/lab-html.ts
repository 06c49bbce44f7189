// Writes the form that signs and sends as HTML: hidden until the script has found it, around the worked example.
import { escapeHtml } from '../protocol/html.ts';
import type { Lab, LabField } from './lab.ts';
import { LAB_WORDS } from './lab-words.ts';

const ATTRIBUTES = 'autocomplete="off" autocapitalize="off" spellcheck="false"';

/** @param worked the worked example, which the script keeps up to date */
export function writeLab(lab: Lab, worked: string): string {
  const words = LAB_WORDS[lab.language];
  const input = (name: string, label: string, value: string): string =>
    `<label><span>${escapeHtml(label)}</span><input name="${escapeHtml(name)}" value="${escapeHtml(value)}" ${ATTRIBUTES}></label>`;
  const field = ({ name, label, value, kind }: LabField): string =>
    kind === 'json'
      ? `<label class="wide"><span>${escapeHtml(label)} · JSON</span><textarea name="p.${escapeHtml(name)}" rows="3" ${ATTRIBUTES}>${escapeHtml(value)}</textarea></label>`
      : input(`p.${name}`, label, value);
  const sending = lab.sends
    ? `<label class="wide"><span>${words.signature}</span><input name="signature" ${ATTRIBUTES} aria-describedby="signature-hint"></label>
<p id="signature-hint" class="soft">${words.signatureHint}</p><button type="submit">${words.send}</button>`
    : '';
  // Without script there is nothing to submit: every control is hidden.
  return `<form class="lab" data-lab="${escapeHtml(JSON.stringify(lab))}">
<div class="inputs" hidden>${input('party', words.party, lab.party)}${input('key', lab.secret, lab.key)}${lab.fields.map(field).join('')}${input('time', words.time, '')}
<p class="soft">${words.keyStays}</p><p role="alert" class="problem"></p></div>
<div class="worked">${worked}</div>
<div class="sender" hidden>${sending}</div><div class="exchange" aria-live="polite"></div></form>`;
}
