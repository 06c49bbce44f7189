// OpenTelemetry traces of gateway calls, by the standard variables. Nothing is loaded while they are unset.
import { ConfigError } from './config.ts';
import type { RequestRecord } from './core/request-log.ts';
import type { HttpReply, Route } from './http/routes.ts';

/** What an operator installs beside Ordergate; 20 MB that others need not. */
const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/exporter-trace-otlp-http',
] as const;
/** SpanKind.SERVER and SpanStatusCode.ERROR of the OpenTelemetry API. */
const SERVER = 1;
const ERROR = 2;
/** How long spans are collected, as the specification of OTEL_BSP_SCHEDULE_DELAY has it. */
const SCHEDULE_DELAY_MS = 5000;
/** Outcomes whose span has not ended yet; more are forgotten. */
const MAX_OUTCOMES = 1000;

type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of the OpenTelemetry packages that this file uses. */
interface Span {
  setAttributes(attributes: Readonly<Record<string, string | number>>): void;
  setStatus(status: { readonly code: number }): void;
  end(): void;
}
interface Tracer {
  startSpan(name: string, options: object, context: unknown): Span;
}
type Packages = Readonly<Record<string, never>>;

export interface Tracing {
  /** The routes of platforms with a span around each call; other routes are left as they are. */
  traced(routes: readonly Route[]): readonly Route[];
  /** Notes a call's outcome for its span. */
  note(record: RequestRecord): void;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

/**
 * Whether the variables of the OpenTelemetry specification ask for traces: an endpoint is named, and
 * OTEL_SDK_DISABLED and OTEL_TRACES_EXPORTER do not switch them off.
 */
export const wantsTraces = (env: Environment): boolean =>
  Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) &&
  env.OTEL_SDK_DISABLED !== 'true' &&
  env.OTEL_TRACES_EXPORTER !== 'none';

/**
 * Undefined if no traces are asked for. A call is traced unless its caller's `traceparent` says that
 * it is not. Beside the variables read here the packages read OTEL_RESOURCE_ATTRIBUTES and those of
 * the exporter (OTEL_EXPORTER_OTLP_HEADERS, …_TIMEOUT, …_COMPRESSION).
 *
 * @throws {ConfigError} if traces are asked for and the packages are not installed
 */
export async function openTracing(
  version: string,
  env: Environment = process.env,
): Promise<Tracing | undefined> {
  if (!wantsTraces(env)) return undefined;
  const [api, core, resources, sdk, exporters] = await Promise.all(PACKAGES.map(load));
  return tracing(version, env, { ...api, ...core, ...resources, ...sdk, ...exporters } as never);
}

async function load(name: string): Promise<Packages> {
  try {
    return await import(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ConfigError(
      `OTEL_EXPORTER_OTLP_ENDPOINT is set, and the package ${name} is not installed. Run: npm install ${PACKAGES.join(' ')}. Or unset the variable`,
    );
  }
}

interface Otel {
  readonly ROOT_CONTEXT: unknown;
  readonly BatchSpanProcessor: new (options: object) => object;
  readonly OTLPTraceExporter: new () => object;
  readonly TracerProvider: new (
    options: object,
  ) => {
    getTracer(name: string, version: string): Tracer;
    shutdown(): Promise<void>;
  };
  readonly W3CTraceContextPropagator: new () => {
    extract(context: unknown, carrier: object, getter: object): unknown;
  };
  defaultResource(): { merge(other: object): object };
  resourceFromAttributes(attributes: object): object;
  detectResources(options: object): { merge(other: object): object };
  readonly envDetector: object;
}

const GETTER = {
  keys: (carrier: object) => Object.keys(carrier),
  get: (carrier: Readonly<Record<string, string>>, name: string) => carrier[name],
};

function tracing(version: string, env: Environment, otel: Otel): Tracing {
  const named = otel.resourceFromAttributes({
    'service.name': env.OTEL_SERVICE_NAME || 'ordergate',
    'service.version': version,
  });
  const given = otel.detectResources({ detectors: [otel.envDetector] });
  const provider = new otel.TracerProvider({
    resource: otel.defaultResource().merge(given.merge(named)),
    spanProcessors: [
      new otel.BatchSpanProcessor({
        exporter: new otel.OTLPTraceExporter(),
        scheduledDelayMillis: Number(env.OTEL_BSP_SCHEDULE_DELAY) || SCHEDULE_DELAY_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('ordergate', version);
  const propagator = new otel.W3CTraceContextPropagator();
  const outcomes = new Map<string, RequestRecord>();

  const trace =
    (route: Route): Route['handle'] =>
    async (call) => {
      // The trace of the caller goes on, if the caller sends `traceparent`.
      const context = propagator.extract(otel.ROOT_CONTEXT, call.headers, GETTER);
      const attributes = {
        'http.request.method': call.method,
        'http.route': route.path,
        'client.address': call.caller.address,
        'ordergate.platform': route.platform!,
      };
      const span = tracer.startSpan(
        `${call.method} ${route.path}`,
        { kind: SERVER, attributes },
        context,
      );
      let reply: HttpReply | undefined;
      try {
        reply = await route.handle(call);
        return reply;
      } finally {
        const id = reply?.headers?.['x-request-id'];
        const record = id === undefined ? undefined : outcomes.get(id);
        if (id !== undefined) outcomes.delete(id);
        span.setAttributes({
          'http.response.status_code': reply?.status ?? 500,
          ...(id !== undefined && { 'ordergate.request_id': id }),
          ...(record && outcomeOf(record)),
        });
        if (!reply || reply.status >= 500) span.setStatus({ code: ERROR });
        span.end();
      }
    };
  return {
    traced: (routes) =>
      routes.map((route) =>
        route.platform === undefined ? route : { ...route, handle: trace(route) },
      ),
    note(record) {
      if (outcomes.size >= MAX_OUTCOMES) outcomes.clear();
      outcomes.set(String(record.id), record);
    },
    close: () => provider.shutdown(),
  };
}

const outcomeOf = ({ method, outcome, party, orderId, refusedBy }: RequestRecord) => ({
  'ordergate.outcome': outcome,
  ...(method !== null && { 'ordergate.method': method }),
  ...(party !== null && { 'ordergate.party': party }),
  ...(orderId !== null && { 'ordergate.order_id': orderId }),
  ...(refusedBy !== null && { 'ordergate.refused_by': refusedBy }),
});
