// `ordergate verify`: reads the whole ledger and reports whether it is sound.

import { readConfig, readFlags, UsageError } from '../config.ts';
import { auditEntries, auditSealed, oldRulesOf, openWorkplace } from '../main.ts';
import { findingText, findOldOrders } from '../protocol/old-rules.ts';
import { settingsAmong } from './flags.ts';
import { complain, inOneLine } from './output.ts';
import { verify as TEXT } from './texts/keep.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const { head } = values;
  const config = readConfig(settingsAmong(values));
  if (head !== undefined) requireHead(head, config.groupsFile !== undefined);
  const damage: string[] = [];
  // A wrong environment is reported with the other findings, because somebody may have changed
  // the setting by hand.
  const onOtherEnvironment = (problem: string) => damage.push(problem);
  const workplace = await openWorkplace({ config, mustExist: true, onOtherEnvironment });
  const { storage, platforms } = workplace;
  try {
    const {
      damage: found,
      notes = [],
      orders,
      changes,
      ...ledger
    } = await storage.ledger.audit(head?.trim());
    damage.push(...found, ...(await auditSealed(storage, workplace.sealer)));
    damage.push(...(await auditEntries(storage, platforms)));
    const { damage: ofCallbacks = [], ...callbacks } = await storage.callbacks.audit();
    damage.push(...ofCallbacks);
    const faults = { ...ledger, ...callbacks };
    for (const line of damage) complain(`damage: ${inOneLine(line)}`);
    for (const line of notes) complain(`not proven: ${inOneLine(line)}`);
    process.stdout.write(`${JSON.stringify({ orders, changes, ...faults })}\n`);
    // Data that only newer rules refuse is no fault of the ledger and does not change the exit
    // code.
    const findings = await oldRulesOf(workplace, config);
    for await (const finding of findOldOrders(platforms, storage.ledger)) findings.push(finding);
    for (const finding of findings) complain(`from before: ${inOneLine(findingText(finding))}`);
    const isSound = damage.length === 0 && Object.values(faults).every((count) => count === 0);
    return isSound ? 0 : 1;
  } finally {
    await storage.close();
  }
}

/** A ledger without changes, such as a home that is no group, has no hash. */
const HEAD = '(0\\.0\\.|\\d+\\.\\d+\\.[0-9a-f]{64})(\\.\\d+\\.[0-9a-f]{64})?';
const ONE = new RegExp(`^${HEAD}$`);
const OF_GROUPS = new RegExp(`^(home|\\d{2,3})=${HEAD}(,\\d{2,3}=${HEAD})*$`);

/** @throws {UsageError} */
function requireHead(head: string, inGroups: boolean): void {
  const text = head.trim();
  const isOfGroups = OF_GROUPS.test(text);
  if (ONE.test(text) || (inGroups && isOfGroups)) return;
  if (isOfGroups) {
    throw new UsageError(
      '--head is that of a ledger in groups, and ORDERGATE_GROUPS is not set: it names their file',
    );
  }
  throw new UsageError(
    `--head is "${head}"; it has to be a line that "ordergate head" printed, such as 12.11873.9f2c… with 64 hex digits`,
  );
}
