// How each kind of channel wants a message: its bytes, its signature, and which answer acknowledges it.
import { createHmac } from 'node:crypto';
import type { ChannelType } from '../core/alarms.ts';
import type { Json } from '../core/order.ts';

/** A message in the forms that channels take. */
export interface Message {
  readonly text: string;
  /** For a receiver of Standard Webhooks. */
  readonly event: { readonly type: string; readonly timestamp: string; readonly data: Json };
}

export interface Target {
  readonly type: ChannelType;
  readonly url: string;
  readonly secret: string | null;
}

export interface ChannelPost {
  readonly url: string;
  readonly body: string;
}

/** 钉钉: base64(HMAC-SHA256(secret, `${ms}\n${secret}`)), in the URL. */
export function signDingtalk(secret: string, nowMs: number): string {
  return createHmac('sha256', secret).update(`${nowMs}\n${secret}`).digest('base64');
}

/** 飞书: base64(HMAC-SHA256(key = `${seconds}\n${secret}`, nothing)), in the body. */
export function signFeishu(secret: string, nowSeconds: number): string {
  return createHmac('sha256', `${nowSeconds}\n${secret}`).update('').digest('base64');
}

/** @param now of the world, because the other side compares it with its own clock */
export function postOf({ type, url, secret }: Target, message: Message, now: number): ChannelPost {
  switch (type) {
    case 'wecom': {
      const body = { msgtype: 'text', text: { content: message.text } };
      return { url, body: JSON.stringify(body) };
    }
    case 'dingtalk': {
      const body = { msgtype: 'text', text: { content: message.text } };
      if (secret === null) return { url, body: JSON.stringify(body) };
      const sign = encodeURIComponent(signDingtalk(secret, now));
      const joint = url.includes('?') ? '&' : '?';
      return { url: `${url}${joint}timestamp=${now}&sign=${sign}`, body: JSON.stringify(body) };
    }
    case 'feishu': {
      const seconds = Math.floor(now / 1000);
      const signed =
        secret === null ? {} : { timestamp: String(seconds), sign: signFeishu(secret, seconds) };
      const body = { ...signed, msg_type: 'text', content: { text: message.text } };
      return { url, body: JSON.stringify(body) };
    }
    case 'webhook':
      return { url, body: JSON.stringify(message.event) };
  }
}

const NAMES = { wecom: '企业微信', dingtalk: '钉钉', feishu: '飞书' } as const;

/**
 * Why an answer with a 2xx status is no acknowledgement; null if it is one. 企业微信 and 钉钉 answer
 * `{"errcode":0,"errmsg":"ok"}`, 飞书 `{"code":0,"msg":"success"}`, and each of them answers 200 for a
 * message that it does not take.
 */
export function answerProblem(type: ChannelType, answer: string): string | null {
  if (type === 'webhook') return null;
  const name = NAMES[type];
  let body: unknown;
  try {
    body = JSON.parse(answer);
  } catch {
    return `${name} answers no JSON: ${answer.slice(0, 200)}`;
  }
  const { errcode, errmsg, code, msg, StatusCode, StatusMessage } = (body ?? {}) as Record<
    string,
    unknown
  >;
  const number = type === 'feishu' ? (code ?? StatusCode) : errcode;
  if (number === 0) return null;
  const words = type === 'feishu' ? (msg ?? StatusMessage) : errmsg;
  if (number === undefined) return `${name} answers without a code: ${answer.slice(0, 200)}`;
  return `${name} answers ${String(number)}: ${String(words ?? '').slice(0, 200)}`;
}
