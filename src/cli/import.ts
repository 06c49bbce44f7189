// `ordergate import FILE`: streams parties and orders from a file into the ledger; can be run
// again.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Config, readFlags, UsageError } from '../config.ts';
import { ENCODINGS, type Encoding } from '../import/encoding.ts';
import { type ImportRow, type ImportRows, readImportFile } from '../import/read.ts';
import { type RefusedFile, writeRefused } from '../import/refused.ts';
import { cutIntoParts, type ImportPart, type PartAnswer } from '../import/remote.ts';
import { type ImportObserver, type ImportReport, importRows } from '../import/run.ts';
import { auditCommand, holdsLedgerOf, openWorkplace, type Platform, platformsOf } from '../main.ts';
import { wrongUse } from './flags.ts';
import { readMap } from './import-map.ts';
import { openSource } from './import-source.ts';
import { refusedByFresh } from './import-trial.ts';
import { complain, inOneLine, print, say } from './output.ts';
import { progress } from './progress.ts';
import { askServer, serverUrl } from './server.ts';
import { explicitServer } from './target.ts';
import { importText as TEXT } from './texts/serve.ts';

/** Maximum number of printed refusals; the rest is counted. */
const SHOWN = 100;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) wrongUse(TEXT);
  const { 'dry-run': dryRun, update, refused: refusedPath, ...rest } = values;
  const encoding = readEncoding(rest.encoding);
  const { config, url } = explicitServer(values);
  const platforms = await platformsOf(config);
  const csv = readCsv(file, rest, platforms);
  const source = await openSource(file);
  const written = refusedPath === undefined ? undefined : writeRefused(refusedPath);
  try {
    const { observer, show } = watch(file, source.size, written);
    const open = () => {
      const stream = createReadStream(source.path);
      show.bytes = () => stream.bytesRead;
      return stream;
    };
    const onHeadings = (line: string) => written?.headings(line);
    const rows = await readImportFile(open, {
      encoding,
      name: file,
      csv: csv && { ...csv, onHeadings },
    });
    const report = await runImport({ config, platforms, url, rows, observer, dryRun, update });
    written?.finish();
    if (values.json) print({ dryRun, ...report });
    else say(`${summary(report, dryRun)}`);
    return report.refused === 0 ? 0 : 1;
  } catch (error) {
    written?.discard();
    throw error;
  } finally {
    source.close();
  }
}

function readEncoding(given: string): Encoding {
  const name = given
    .toLowerCase()
    .replace(/^utf8$/, 'utf-8')
    .replace(/^gbk$|^gb2312$/, 'gb18030');
  const encoding = ENCODINGS.find((one) => one === name);
  if (encoding) return encoding;
  throw new UsageError(`--encoding is "${given}"; it has to be one of ${ENCODINGS.join(', ')}`);
}

/** Returns a value if the file is CSV. */
function readCsv(
  file: string,
  given: { readonly platform?: string; readonly section?: string; readonly map?: string[] },
  platforms: readonly Platform[],
) {
  if (!given.map && !/.csv$/i.test(file)) {
    if (given.platform === undefined && given.section === undefined) return undefined;
    throw new UsageError('--platform and --section are for CSV; a row of JSON names its own');
  }
  const platform = platforms.find((one) => one.name === given.platform);
  if (!platform) {
    const known = platforms.map((one) => one.name).join(', ');
    throw new UsageError(`CSV names no platform: --platform has to be one of: ${known}`);
  }
  const { orders, parties, catalog = {} } = platform.import;
  const [only, ...more] = Object.keys(orders);
  const section = given.section ?? (more.length === 0 ? only : undefined);
  const known = [orders, parties, catalog].flatMap((group) => Object.keys(group));
  if (section === undefined || !known.includes(section)) {
    throw new UsageError(`--section has to be one of: ${known.join(', ')}`);
  }
  return { platform: platform.name, section, map: given.map && readMap(given.map) };
}

interface Job {
  readonly config: Config;
  readonly platforms: readonly Platform[];
  readonly url: string | undefined;
  readonly rows: ImportRows;
  readonly observer: ImportObserver;
  readonly dryRun: boolean;
  readonly update: boolean;
}

/**
 * Works on the ledger itself. If a server has the ledger open, or if `--url` names one, the command
 * asks that server.
 */
async function runImport(job: Job): Promise<ImportReport> {
  const { config, url, rows, observer, dryRun, update } = job;
  if (url !== undefined) return importAt(url, job);
  // A file without a row that can be taken makes no ledger where none is.
  if (!dryRun && !(await holdsLedgerOf(config))) {
    const refused = await refusedByFresh({ config, rows, observer, update });
    if (refused) return refused;
  }
  const workplace = await openWorkplace({ config, mustExist: dryRun }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_DATA_DIRECTORY_IN_USE') return undefined;
      throw error;
    },
  );
  if (!workplace) return importAt(serverUrl(config), job);
  try {
    const { ledger, tokens } = workplace.storage;
    const target = { ...workplace, ledger, tokens };
    const run = () => importRows(rows, target, observer, { dryRun, update });
    if (dryRun) return await run();
    return await auditCommand(workplace, { action: 'importRows' }, run, (report) => ({
      ...report,
    }));
  } finally {
    await workplace.storage.close();
  }
}

async function importAt(url: string, { config, platforms, rows, observer, dryRun, update }: Job) {
  const sum: ImportReport = { orders: 0, parties: 0, catalog: 0, existing: 0, refused: 0 };
  if (update) sum.updated = 0;
  const name = dryRun ? randomUUID() : null;
  for await (const part of cutIntoParts(rows, platforms)) {
    const sent: ImportPart = { rows: part.map(withoutRaw), update, dryRun: name };
    const { report, refused } = await askServer<PartAnswer>(url, '/import', config, sent);
    for (const [key, count] of Object.entries(report)) {
      sum[key as 'orders'] = (sum[key as 'orders'] ?? 0) + count;
    }
    for (const { line, problem, rows: places } of refused) {
      observer.onRefused(
        line,
        problem,
        places.map((i) => part[i]!),
      );
    }
    observer.onProgress(sum);
  }
  return sum;
}

/** The server needs the row's text. Only the file of refused rows needs the bytes. */
const withoutRaw = ({ raw: _, ...row }: ImportRow): ImportRow => row;

function watch(file: string, size: number, written: RefusedFile | undefined) {
  const bar = progress('importing', size);
  const show = { bytes: () => 0 };
  let refused = 0;
  const observer: ImportObserver = {
    onRefused(line, problem, rows) {
      written?.add(rows);
      refused++;
      if (refused <= SHOWN) complain(`${inOneLine(`${file}:${line}: ${problem}`)}`);
    },
    onProgress: ({ orders }) => bar(show.bytes(), ` ${orders.toLocaleString('en')} orders`),
  };
  process.once('exit', () => {
    if (refused > SHOWN) complain(`and ${refused - SHOWN} more`);
  });
  return { observer, show };
}

function summary(report: ImportReport, dryRun: boolean): string {
  const { orders, parties, catalog, existing, updated, refused } = report;
  const entries = catalog > 0 ? `, ${catalog} catalog entries` : '';
  const moved = updated === undefined ? '' : `; ${updated} moved to another state`;
  const verb = dryRun ? 'nothing was changed; a run without --dry-run would import' : 'imported';
  return `${verb} ${orders} orders and ${parties} parties${entries}; ${existing} were there already${moved}; ${refused} refused`;
}
