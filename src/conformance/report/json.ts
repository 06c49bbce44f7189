// The report as one line of JSON, for programs.
import { countsOf, hasFailed, type Report } from '../verdict.ts';

/** The version of the form; a member may be added without a new one. */
const FORM = 1;

export function jsonReport(report: Report): string {
  const { results, ...head } = report;
  const its = { form: FORM, ...head, failed: hasFailed(report), counts: countsOf(report), results };
  return `${JSON.stringify(its)}\n`;
}
