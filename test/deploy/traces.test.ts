// OpenTelemetry: a span for each gateway call at a collector, the caller's trace continued, and nothing when off.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { openTracing, wantsTraces } from '../../src/tracing.ts';
import { form, GATEWAY, hasten } from '../jintong.ts';
import { startServerProcess } from '../server-process.ts';
import { temporaryDirectory } from '../support.ts';

/** A directory whose node_modules holds the packages of OpenTelemetry. */
const packages = process.env.ORDERGATE_TEST_TRACES;
const skip =
  !packages && 'ORDERGATE_TEST_TRACES names no directory with the packages of OpenTelemetry';

test('traces are asked for by the standard variables, and switched off by them', async () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  equal(wantsTraces({}), false);
  equal(wantsTraces(endpoint), true);
  equal(wantsTraces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1/x' }), true);
  equal(wantsTraces({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), false);
  equal(wantsTraces({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }), false);
  equal(await openTracing('0', {}), undefined);
});

test('packages that are not installed are named, with the command that installs them', async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  await openTracing('0', env).then(
    () => ok(false, 'the packages are installed here'),
    (error: Error) =>
      match(error.message, /is not installed. Run: npm install @opentelemetry\/api /),
  );
});

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { key: string; value: Readonly<Record<string, unknown>> }[];
}

test('each gateway call is a span at the collector, with its outcome, in the trace of its caller', {
  skip,
}, async () => {
  const spans: Span[] = [];
  const services: string[] = [];
  let arrived = (): void => {};
  const told = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const collector = createServer(async (request, response) => {
    const body = (await json(request)) as {
      resourceSpans: {
        resource: { attributes: Span['attributes'] };
        scopeSpans: { spans: Span[] }[];
      }[];
    };
    for (const { resource, scopeSpans } of body.resourceSpans) {
      services.push(String(valuesOf(resource)['service.name']));
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    response.setHeader('content-type', 'application/json').end('{}');
    if (spans.length >= 2) arrived();
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  after(() => collector.close());
  const { port } = collector.address() as AddressInfo;

  // The packages lie beside the checkout, as they lie beside an installed Ordergate.
  const hook = `${temporaryDirectory()}/hook.mjs`;
  writeFileSync(
    hook,
    `import { createRequire, registerHooks } from 'node:module';
     import { pathToFileURL } from 'node:url';
     const require = createRequire(${JSON.stringify(`${packages}/x.js`)});
     registerHooks({
       resolve: (name, context, next) =>
         name.startsWith('@opentelemetry/') && !context.parentURL?.includes(${JSON.stringify(packages)})
           ? { url: pathToFileURL(require.resolve(name)).href, shortCircuit: true }
           : next(name, context),
     });`,
  );
  const server = await startServerProcess(temporaryDirectory(), {
    NODE_OPTIONS: `--import ${hook}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OTEL_SERVICE_NAME: 'orders-of-a-test',
  });
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const body = form(hasten('15112480268'));
  const answer = await fetch(server.url + GATEWAY, {
    method: 'POST',
    body,
    headers: { traceparent },
  });
  await fetch(server.url + GATEWAY, { method: 'POST', body });
  await fetch(`${server.url}/healthz`);
  await told;
  await server.kill();
  equal(services[0], 'orders-of-a-test');
  equal(spans.length, 2, 'no span for other routes');
  const [first, second] = spans as [Span, Span];
  deepEqual(
    [first.name, first.traceId, first.parentSpanId],
    [`POST ${GATEWAY}`, traceId, '00f067aa0ba902b7'],
  );
  ok(second.traceId !== traceId);
  const values = valuesOf(first);
  equal(values['ordergate.request_id'], answer.headers.get('x-request-id'));
  deepEqual(
    [values['ordergate.outcome'], values['ordergate.party'], values['ordergate.method']],
    ['CallSuccess', 'jane88', 'HastenOrder'],
  );
  equal(valuesOf(second)['ordergate.outcome'], 'CallFail');
});

const valuesOf = ({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
