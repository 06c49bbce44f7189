// All settings in one table: variable, flag, default and text. The config, README and the CLI's
// help are derived from it.
import {
  addresses,
  asGiven,
  commaSeparated,
  databaseUrl,
  oneOf,
  optional,
  optionalNumber,
  providerUrl,
  publicUrl,
  someOf,
  wholeNumber,
} from './setting-readers.ts';

export interface Setting<T> {
  readonly variable: string;
  /** The flag without its dashes. A flag takes precedence over the variable. */
  readonly flag?: string;
  /** The placeholder after the flag in a usage line. */
  readonly placeholder?: string;
  /** The value if neither flag nor variable is given. */
  readonly default?: string;
  /** Describes the effect if neither is given and there is no default. */
  readonly unset?: { readonly en: string; readonly zh: string };
  /** One cell of README's table, as Markdown. */
  readonly text: { readonly en: string; readonly zh: string };
  /** @throws {ConfigError} names the setting and its accepted values */
  readonly read: (text: string | undefined, name: string) => T;
}

export const SETTINGS = {
  port: {
    variable: 'PORT',
    flag: 'port',
    placeholder: 'PORT',
    default: '8787',
    text: {
      en: 'the port it listens at; 0 takes a free one',
      zh: '监听端口；0 表示任意空闲端口',
    },
    read: wholeNumber(0, 65_535),
  },
  host: {
    variable: 'HOST',
    flag: 'host',
    placeholder: 'HOST',
    default: '127.0.0.1',
    text: {
      en: 'an address of this machine that it listens at; `0.0.0.0` is every one, so that others can reach it',
      zh: '监听的本机地址；`0.0.0.0` 表示所有地址，其他机器才可访问',
    },
    read: asGiven,
  },
  managePort: {
    variable: 'ORDERGATE_MANAGE_PORT',
    unset: { en: 'none: one listener serves everything', zh: '无：所有路径共用一个监听端口' },
    text: {
      en: 'a second port, at which the management API, the console, `/docs`, `/metrics` and `/readyz` are, so that `PORT` serves the gateways, OAuth and `/healthz` alone. Both ports serve `/healthz`. Set it in production ([docs/production.md](docs/production.md)); 0 takes a free one',
      zh: '第二个监听端口：管理接口、控制台、`/docs`、`/metrics`、`/readyz` 只在此端口，`PORT` 只提供各平台网关、OAuth 与 `/healthz`；两个端口都有 `/healthz`。生产环境应当设置（见 [docs/zh/production.md](docs/zh/production.md)）；0 表示任意空闲端口',
    },
    read: optionalNumber(0, 65_535),
  },
  manageHost: {
    variable: 'ORDERGATE_MANAGE_HOST',
    default: '127.0.0.1',
    text: {
      en: 'an address of this machine that `ORDERGATE_MANAGE_PORT` listens at',
      zh: '`ORDERGATE_MANAGE_PORT` 监听的本机地址',
    },
    read: asGiven,
  },
  manageUrl: {
    variable: 'ORDERGATE_MANAGE_URL',
    unset: { en: '`ORDERGATE_PUBLIC_URL`', zh: '同 `ORDERGATE_PUBLIC_URL`' },
    text: {
      en: 'where browsers reach the console, such as `https://manage.example.cn`, if that is another address than `ORDERGATE_PUBLIC_URL`',
      zh: '浏览器访问控制台的地址，例如 `https://manage.example.cn`；与 `ORDERGATE_PUBLIC_URL` 不同时设置',
    },
    read: publicUrl,
  },
  dataDirectory: {
    variable: 'ORDERGATE_DATA',
    flag: 'data',
    placeholder: 'DIRECTORY',
    default: './data',
    text: {
      en: 'the ledger; one process at a time',
      zh: '账本目录，同一时间只允许一个进程',
    },
    read: asGiven,
  },
  databaseUrl: {
    variable: 'ORDERGATE_DATABASE_URL',
    unset: { en: 'none', zh: '无' },
    text: {
      en: '`postgres://…`: the ledger is there instead, and any number of nodes may serve from it ([docs/scaling.md](docs/scaling.md); what is promised: [docs/reliability.md](docs/reliability.md)). `ORDERGATE_KEY` and `ORDERGATE_ADMIN_TOKEN` then have to be set',
      zh: '`postgres://…`：账本改存于 PostgreSQL，任意多个节点可同时服务（见 [docs/zh/scaling.md](docs/zh/scaling.md)；可靠性承诺及其测试见 [docs/zh/reliability.md](docs/zh/reliability.md)）。此时必须设置 `ORDERGATE_KEY` 与 `ORDERGATE_ADMIN_TOKEN`',
    },
    read: databaseUrl,
  },
  groupsFile: {
    variable: 'ORDERGATE_GROUPS',
    unset: { en: 'none: the ledger is in one place', zh: '无：账本在一处' },
    text: {
      en: 'a file that cuts the ledger into groups of owners on one or several PostgreSQL servers, in place of `ORDERGATE_DATABASE_URL` ([docs/scaling.md](docs/scaling.md#groups-of-owners)); every node needs the same',
      zh: '一个文件：把账本按订单所有者分成多组，放在一台或多台 PostgreSQL 上，代替 `ORDERGATE_DATABASE_URL`（见 [docs/zh/scaling.md](docs/zh/scaling.md#按所有者分组)）；各节点须使用同一文件',
    },
    read: optional,
  },
  environment: {
    variable: 'ORDERGATE_ENV',
    flag: 'env',
    placeholder: 'ENVIRONMENT',
    default: 'sandbox',
    text: {
      en: 'or `production`: no fixtures, no clock to move. A directory is one or the other for good',
      zh: '或 `production`：没有样例数据，时钟不可拨动；一个目录只能属于其中一种',
    },
    read: oneOf('sandbox', 'production'),
  },
  platformsFile: {
    variable: 'ORDERGATE_PLATFORMS',
    flag: 'platforms',
    placeholder: 'FILE',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'a module (JavaScript or TypeScript) whose default export is a platform, or a list of them, served beside those of this package ([docs/platform.md](docs/platform.md)). Every command takes it, and every node needs the same',
      zh: '一个模块（JavaScript 或 TypeScript），默认导出一个平台或平台列表，与内置平台一起对外服务（[docs/zh/platform.md](docs/zh/platform.md)）。每个命令都接受它；多个节点须使用同一文件',
    },
    read: optional,
  },
  masterKey: {
    variable: 'ORDERGATE_KEY',
    unset: { en: '`master.key` in the data directory', zh: '数据目录中的 `master.key`' },
    text: {
      en: 'the master key: 32 bytes as hex or base64',
      zh: '主密钥：32 字节，hex 或 base64',
    },
    read: optional,
  },
  oldMasterKeys: {
    variable: 'ORDERGATE_KEY_OLD',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'master keys of before, separated by commas. What they sealed still opens, and is sealed anew with `ORDERGATE_KEY` in the background; the log says when they can go. One server: restart it with the new key and the old one here. Several nodes: first restart all with the new key here, then all with the two exchanged',
      zh: '以前的主密钥，逗号分隔。旧密钥加密的内容仍可读取，并在后台改用 `ORDERGATE_KEY` 重新加密；完成后日志会提示可以移除。单个服务器：以新密钥重启，旧密钥放在此处。多个节点：先让所有节点把新密钥放在此处重启，再全部对调后重启',
    },
    read: commaSeparated,
  },
  adminToken: {
    variable: 'ORDERGATE_ADMIN_TOKEN',
    unset: {
      en: '`admin.token` there, made at the first start',
      zh: '数据目录中的 `admin.token`，首次启动时生成',
    },
    text: {
      en: 'a bearer token of the management API that may do everything; programs have tokens of their own ([docs/people.md](docs/people.md))',
      zh: '管理接口的 Bearer 令牌，可做一切操作；程序使用各自的令牌（见 [docs/zh/people.md](docs/zh/people.md)）',
    },
    read: optional,
  },
  publicUrl: {
    variable: 'ORDERGATE_PUBLIC_URL',
    unset: { en: 'none', zh: '无' },
    text: {
      en: "where browsers reach it, such as `https://open.example.cn`: people sign in at that host (or at that of `ORDERGATE_MANAGE_URL`), and at loopback names, alone. With https cookies are `__Host-` and `Secure`, and the consent page's form is taken from that origin alone",
      zh: '浏览器访问本服务的地址，例如 `https://open.example.cn`：只能在该主机名（或 `ORDERGATE_MANAGE_URL` 的主机名）和回环地址名下登录。为 https 时，cookie 带 `__Host-` 前缀和 `Secure`，授权页的表单只接受来自该源的提交',
    },
    read: publicUrl,
  },
  secondPerson: {
    variable: 'ORDERGATE_SECOND_PERSON',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'what another operator has to approve before it is done, with commas between: `replay` (of more than one callback), `reveal` (of card codes) ([docs/people.md](docs/people.md))',
      zh: '哪些操作须由另一位操作员同意后才执行，以逗号分隔：`replay`（重放多个回调）、`reveal`（查看卡密）（见 [docs/zh/people.md](docs/zh/people.md)）',
    },
    read: someOf('replay', 'reveal'),
  },
  oidcIssuer: {
    variable: 'ORDERGATE_OIDC_ISSUER',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'a provider of single sign-on (OpenID Connect), such as `https://login.example.cn`; the next two belong to it ([docs/people.md](docs/people.md))',
      zh: '单点登录（OpenID Connect）的提供方，例如 `https://login.example.cn`；须与下面两项一起设置（见 [docs/zh/people.md](docs/zh/people.md)）',
    },
    read: providerUrl,
  },
  oidcClientId: {
    variable: 'ORDERGATE_OIDC_CLIENT_ID',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'what the provider calls this server; its redirect address is `/console/oidc/callback`',
      zh: '提供方为本服务分配的标识；其回调地址为 `/console/oidc/callback`',
    },
    read: optional,
  },
  oidcClientSecret: {
    variable: 'ORDERGATE_OIDC_CLIENT_SECRET',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'the secret that the provider gave',
      zh: '提供方给出的密钥',
    },
    read: optional,
  },
  trustedProxies: {
    variable: 'ORDERGATE_TRUSTED_PROXIES',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'addresses and CIDR ranges whose `X-Forwarded-For` counts',
      zh: '其 `X-Forwarded-For` 可信的地址与 CIDR 网段',
    },
    read: addresses,
  },
  callbackAllow: {
    variable: 'ORDERGATE_CALLBACK_ALLOW',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'addresses and CIDR ranges that callbacks may go to, at any port, although they are not public',
      zh: '回调可访问的非公网地址与 CIDR 网段（端口不限）',
    },
    read: addresses,
  },
  requestLogDays: {
    variable: 'ORDERGATE_REQUEST_LOG_DAYS',
    default: '30',
    text: {
      en: 'how long gateway calls and ended callbacks are kept',
      zh: '请求日志与已结束回调的保留天数',
    },
    read: wholeNumber(1, 3650),
  },
  requestLogMib: {
    variable: 'ORDERGATE_REQUEST_LOG_MIB',
    default: '2048',
    text: {
      en: 'what the request log may hold, in MiB; the oldest calls go first. With less than 512 MiB free on the disk calls are served and not logged',
      zh: '请求日志的容量上限（MiB），超出时先删除最早的记录；磁盘剩余不足 512 MiB 时只服务、不记录',
    },
    read: wholeNumber(16, 10_000_000),
  },
  backups: {
    variable: 'ORDERGATE_BACKUPS',
    unset: { en: 'none', zh: '无' },
    text: {
      en: 'the directory of the backups on this machine. `/metrics` then tells when the newest one was made (`ordergate_last_backup_timestamp_seconds`)',
      zh: '本机的备份目录。设置后 `/metrics` 给出最近一次备份的时间（`ordergate_last_backup_timestamp_seconds`）',
    },
    read: optional,
  },
  metricsParties: {
    variable: 'ORDERGATE_METRICS_PARTIES',
    default: '0',
    text: {
      en: 'how many parties get series of their own in `/metrics` (`ordergate_party_calls_total`); further ones are counted together as `other`, and callers that nobody knows as `unknown`',
      zh: '`/metrics` 中最多为多少个合作方单独计数（`ordergate_party_calls_total`）；超出的合计为 `other`，身份不明的调用计为 `unknown`',
    },
    read: wholeNumber(0, 10_000),
  },
  maxConnections: {
    variable: 'ORDERGATE_MAX_CONNECTIONS',
    default: '4096',
    text: {
      en: 'connections that may be open; beyond it the one that is idle longest gives way',
      zh: '允许同时打开的连接数；超过时，空闲最久的连接先被关闭',
    },
    read: wholeNumber(16, 1_000_000),
  },
  accessLog: {
    variable: 'ORDERGATE_ACCESS_LOG',
    default: '0',
    text: {
      en: 'for how many calls of a hundred the log gets a line (platform, party, method, outcome, address, duration; no body). The request log keeps every call anyway',
      zh: '每一百次调用中，有多少次在进程日志里写一行（平台、合作方、方法、结果、地址、耗时；不含报文）。请求日志始终记录每次调用',
    },
    read: wholeNumber(0, 100),
  },
  logLevel: {
    variable: 'ORDERGATE_LOG_LEVEL',
    default: 'info',
    text: {
      en: 'one of trace, debug, info, warn, error, fatal, silent',
      zh: 'trace、debug、info、warn、error、fatal、silent 之一',
    },
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type Config = {
  readonly [Name in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[Name]['read']>;
};

/** Keys and settings as a list, for code that handles all of them. */
export const ALL_SETTINGS = Object.entries(SETTINGS) as readonly [keyof Config, Setting<unknown>][];
