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
  if (head !== undefined) requireHead(head);
  const config = readConfig(settingsAmong(values));
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
    } = await storage.ledger.audit(head);
    damage.push(...found, ...(await auditSealed(storage, workplace.sealer)));
    damage.push(...(await auditEntries(storage, platforms)));
    const faults = { ...ledger, ...(await storage.callbacks.audit()) };
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

/** @throws {UsageError} */
function requireHead(head: string): void {
  if (/^\d+\.\d+\.[0-9a-f]{64}(\.\d+\.[0-9a-f]{64})?$/.test(head.trim())) return;
  throw new UsageError(
    `--head is "${head}"; it has to be a line that "ordergate head" printed, such as 12.11873.9f2c… with 64 hex digits`,
  );
}
