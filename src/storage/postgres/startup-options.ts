// Reads `options` of a database URL: session settings in the syntax of a server's command line.

/**
 * The settings are sent with SET, because a pooler refuses or drops start-up options. A backslash
 * precedes a blank within a value.
 *
 * @param refuse throws, with a sentence
 */
export function readOptions(
  text: string,
  refuse: (problem: string) => never,
): Readonly<Record<string, string>> {
  const words = [...text.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) =>
    word.replaceAll(/\\(.)/gs, '$1'),
  );
  const settings: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    let word = words[i]!;
    if (word === '-c') word += words[++i] ?? '';
    const found = /^(?:-c|--)([a-z_][\w.-]*)=(.*)$/is.exec(word);
    if (!found) return refuse('options has to hold settings of the form -c NAME=VALUE');
    settings[found[1]!.toLowerCase().replaceAll('-', '_')] = found[2]!;
  }
  const commit = settings.synchronous_commit;
  if (commit !== undefined && commit !== 'on' && commit !== 'remote_apply') {
    return refuse(
      'options sets synchronous_commit below on: what Ordergate acknowledges has to be durable',
    );
  }
  return settings;
}

/** Settings that SET refuses, or that have no effect after the session's start. */
const AT_START = new Set([
  'ignore_system_indexes',
  'local_preload_libraries',
  'log_connections',
  'log_disconnections',
  'post_auth_delay',
  'session_preload_libraries',
]);

/** The settings that must be start-up options; a pooler refuses them. */
export function splitOptions(settings: Readonly<Record<string, string>>): {
  readonly atStart: string;
  readonly bySet: Readonly<Record<string, string>>;
} {
  const [late, early] = [true, false].map((isLate) =>
    Object.entries(settings).filter(([name]) => AT_START.has(name) !== isLate),
  );
  const escaped = (value: string): string => value.replaceAll(/[\\\s]/g, '\\$&');
  return {
    atStart: early!.map(([name, value]) => `-c ${name}=${escaped(value)}`).join(' '),
    bySet: Object.fromEntries(late!),
  };
}
