// Writes docs/metrics.md and docs/zh/metrics.md from the metrics that a server registers: `npm run metrics`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CallbackMetrics } from '../src/http/callback-metrics.ts';
import { ledgerMetrics } from '../src/http/ledger-metrics.ts';
import type { MetricSource } from '../src/http/metric-source.ts';
import { Metrics } from '../src/http/metrics.ts';
import { platforms } from '../src/platforms/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
export const PAGES = { en: `${root}docs/metrics.md`, zh: `${root}docs/zh/metrics.md` } as const;

/** The labels of the metrics that have some. */
const LABELS: Readonly<Record<string, string>> = {
  ordergate_gateway_calls_total: '`platform`, `method`, `outcome`',
  ordergate_gateway_call_duration_seconds: '`platform`, `le`',
  ordergate_party_calls_total: '`platform`, `party`, `result`',
  ordergate_callback_attempts_total: '`outcome`',
  ordergate_callback_alerts_total: '`kind`',
  ordergate_commit_duration_seconds: '`le`',
};

const CHINESE: Readonly<Record<string, string>> = {
  ordergate_gateway_calls_total: '网关已应答的调用数，按应答码区分',
  ordergate_gateway_call_duration_seconds: '从收到完整请求到应答的耗时',
  ordergate_party_calls_total:
    '按合作方统计的网关调用数：最先调用的 `ORDERGATE_METRICS_PARTIES` 个合作方单独计数，其余合计',
  ordergate_management_wrong_tokens_total: '管理接口收到的错误 Bearer 令牌数',
  ordergate_request_log_dropped: '请求日志来不及写入而丢弃的记录数',
  ordergate_request_log_passed_over: '身份不明的调用大量涌入时，请求日志未记录的调用数',
  ordergate_callback_attempts_total:
    '回调投递次数：delivered 成功，failed 失败待重试，dead 最后一次也失败',
  ordergate_callback_alerts_total: '死信，以及连续多日失败而被停用的端点',
  ordergate_callback_pending: '尚未结束的回调数（只计启用中的端点）',
  ordergate_callback_oldest_pending_age_seconds: '其中最早一条已等待的秒数',
  ordergate_callback_dead_letters: '已放弃且未重放的回调数',
  ordergate_callback_endpoints_off: '已停用的端点数',
  ordergate_deadlines_overdue: '已到期而尚未执行的订单期限数，最多计到 1000',
  ordergate_deadline_oldest_overdue_seconds: '其中最早一项已逾期的秒数；没有则为 0',
  ordergate_callback_breakers_open: '因连续失败而暂停投递（熔断）的端点数',
  ordergate_commit_duration_seconds: '一组变更从开始到落盘的耗时',
  ordergate_ledger_bytes: '账本大小（含预写日志）；PostgreSQL 上为数据库大小减去请求日志',
  ordergate_request_log_bytes: '请求日志大小',
  ordergate_disk_free_bytes: '数据目录所在磁盘的剩余字节数；使用 PostgreSQL 时没有此指标',
  ordergate_last_backup_timestamp_seconds:
    '`ORDERGATE_BACKUPS` 目录中最新备份的时间；未设置该变量时没有此指标，没有备份时为 0',
  ordergate_connections: '当前打开的连接数',
  ordergate_connections_limited: '超过连接上限、因而有一个连接让位的次数',
  ordergate_incomplete_bodies_bytes: '尚未收全的请求体占用的字节数',
  ordergate_event_streams: '管理接口当前打开的事件流数',
  ordergate_event_streams_cut: '因读取过慢而被切断的事件流数',
  ordergate_bodies_dropped: '到达过慢、给其他请求让位的请求体数',
};

/** Every metric of ours, as a server registers them. Nothing is asked for its value. */
export function allMetrics(): readonly MetricSource[] {
  const none = {} as never;
  const metrics = new Metrics(platforms, () => 0);
  metrics.watch(none, none);
  const storage = { ledger: none, callbacks: none, usage: { onCommit() {}, sizes: none } };
  const clock = { now: () => 0 };
  return [
    ...metrics.sources,
    ...new CallbackMetrics(none, clock).sources,
    ...ledgerMetrics(storage, clock, undefined),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The table in one language, as Markdown. */
export function metricsTable(language: 'en' | 'zh'): string {
  const head = { en: '| Metric | Type | Labels | |', zh: '| 指标 | 类型 | 标签 | |' }[language];
  const rows = allMetrics().map(({ name, type, help }) => {
    const text = language === 'en' ? help : CHINESE[name];
    if (text === undefined) throw new Error(`scripts/metrics-page.ts has no Chinese for ${name}`);
    return `| \`${name}\` | ${type} | ${LABELS[name] ?? ' '} | ${text} |`.replaceAll(
      '|   |',
      '| |',
    );
  });
  return [head, '| --- | --- | --- | --- |', ...rows].join('\n');
}

const PLACE = /(<!-- metrics: [^>]+ -->\n)[\s\S]*?(\n?<!-- \/metrics -->)/;

/** `page` with the table in its place. */
export function withMetrics(page: string, language: 'en' | 'zh'): string {
  if (!PLACE.test(page)) throw new Error('the page has no place for the table of metrics');
  return page.replace(
    PLACE,
    (_, before) => `${before}\n${metricsTable(language)}\n\n<!-- /metrics -->`,
  );
}

if (import.meta.main) {
  for (const language of ['en', 'zh'] as const) {
    const page = readFileSync(PAGES[language], 'utf8');
    writeFileSync(PAGES[language], withMetrics(page, language));
  }
}
