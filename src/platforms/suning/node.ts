// Finds the method's node in the body: the document, sn_request, sn_body, and the method's single
// node.
import { PASS, type Refusal } from '../../protocol/checks.ts';
import type { Start } from '../../protocol/platform.ts';
import type { Code } from './codes.ts';
import { isKnownName, isQuery, type Method, nodeOf } from './methods.ts';
import { type Element, type Format, isNumbered, readBody, UnreadableBodyError } from './wire.ts';
import { looksLikeJson } from './wire-json.ts';

type Step<Added extends object, C extends Code> = Added | Refusal<C>;

const refuse = <C extends Code>(refused: C, detail: string): Refusal<C> => ({ refused, detail });

export function readDocument(
  call: Start & { readonly format: Format },
): Step<{ readonly root: Element }, 'sys.check.request-params:error'> {
  try {
    return { root: readBody(call.request.body, call.format) };
  } catch (error) {
    if (!(error instanceof UnreadableBodyError)) throw error;
    return refuse('sys.check.request-params:error', error.message);
  }
}

type NodeCode =
  | 'sys.check.request-params:error'
  | 'sys.check.missing-nestElement:sn_body'
  | 'biz.handler.request-message:error'
  | 'biz.handler.batch-handler:no-support';

export function findNode(call: {
  readonly root: Element;
  readonly method: Method;
}): Step<{ readonly node: Element }, NodeCode> {
  const { root, method } = call;
  const name = nodeOf(method);
  const malformed = (detail: string) => refuse('sys.check.request-params:error', detail);
  if (root.name !== 'sn_request') return malformed(`the root is ${nameOf(root)}, not sn_request`);
  const bodies = root.children.filter((child) => child.name === 'sn_body');
  if (bodies.length === 0) {
    const detail = `sn_request holds no sn_body${textNote(root)}`;
    return refuse('sys.check.missing-nestElement:sn_body', detail);
  }
  if (bodies.length > 1) return malformed('sn_body is given several times');
  const [body] = bodies as [Element];
  const nodes = nodesIn(body, name);
  if (nodes.length > 1) {
    const several = isQuery(method)
      ? 'biz.handler.request-message:error'
      : 'biz.handler.batch-handler:no-support';
    return refuse(several, `${name} is given ${nodes.length} times`);
  }
  const other = body.children.find((child) => child.name !== name);
  if (other) return malformed(`sn_body holds ${nameOf(other)} where ${name} belongs`);
  const [node] = nodes;
  if (!node) return malformed(`sn_body holds no ${name}${textNote(body)}`);
  if (node.text.trim() !== '') {
    return malformed(`${name} holds text instead of elements${textNote(node)}`);
  }
  return { node };
}

/** The method's nodes. PHP writes a list with gaps as an object whose names are integers. */
function nodesIn(body: Element, name: string): readonly Element[] {
  const nodes = body.children.filter((child) => child.name === name);
  return nodes.length === 1 && isNumbered(nodes[0]!) ? nodes[0]!.children : nodes;
}

/** For the request log, which repeats none of the caller's own words. */
const nameOf = ({ name }: Element): string => (isKnownName(name) ? name : 'an unknown element');

/** A note about an element with text in place of elements. */
const textNote = ({ text }: Element): string =>
  looksLikeJson(text) ? '; its text is JSON that was encoded twice' : '';

/** "混淆会员编码长度不是48位": wherever in the method's node it stands. */
export function checkUnionId({
  node,
}: {
  readonly node: Element;
}): Step<object, 'sys.check.snunionid.length.is.not:48'> {
  for (const child of node.children) {
    if (child.name === 'snunionid') {
      const { length } = child.text.trim();
      if (length !== 48) {
        const detail = `snunionid has ${length} characters`;
        return refuse('sys.check.snunionid.length.is.not:48', detail);
      }
    }
    if (child.children.length === 0) continue;
    const below = checkUnionId({ node: child });
    if (below !== PASS) return below;
  }
  return PASS;
}
