// /approvals: what waits for a second person, and the answer of that person.
import { z } from 'zod';
import { type Endpoint, endpoint, isoTime } from './endpoint.ts';
import { type Approval, decide, listApprovals } from './second-person.ts';

const approvalSchema = z
  .object({
    approvalId: z.string(),
    state: z.enum(['waiting', 'approved', 'refused']),
    operation: z.string().describe('the operationId of the call that waits'),
    target: z.string().describe('what the call is about, such as suning/1000531507; empty of many'),
    asked: z.json().nullable().describe('what was sent, secrets masked'),
    requestedBy: z.string(),
    requestedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().describe('until when it can be answered, or the approval be used'),
    decidedBy: z.string().nullable(),
  })
  .meta({ id: 'Approval' });

const errors = { 403: 'the same person, or a token', 404: 'no such request waits' };

export const approvalEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/approvals',
    operationId: 'listApprovals',
    summary: 'Calls that wait for a second person, and answers that were not used yet',
    status: 200,
    response: z.object({ items: z.array(approvalSchema) }),
    errors: {},
    async handle(_call, services) {
      return { items: (await listApprovals(services)).map(view) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/approvals/{approvalId}/approve',
    operationId: 'approveCall',
    summary: 'Approve what somebody else has asked for; they do it then',
    body: z.strictObject({}),
    status: 200,
    response: approvalSchema,
    errors,
    async handle({ params, by }, services) {
      return view(await decide(params.approvalId!, 'approved', by, services));
    },
  }),
  endpoint({
    method: 'POST',
    path: '/approvals/{approvalId}/refuse',
    operationId: 'refuseCall',
    summary: 'Refuse what somebody else has asked for',
    body: z.strictObject({ note: z.string().max(500).optional().describe('why, for the audit') }),
    status: 200,
    response: approvalSchema,
    errors,
    async handle({ params, by }, services) {
      return view(await decide(params.approvalId!, 'refused', by, services));
    },
  }),
];

function view({
  requestedAt,
  expiresAt,
  asked,
  ...rest
}: Approval): z.input<typeof approvalSchema> {
  return {
    ...rest,
    asked: asked as z.input<typeof approvalSchema>['asked'],
    requestedAt: isoTime(requestedAt),
    expiresAt: isoTime(expiresAt),
  };
}
