// A CA, and certificates of its own making, for tests of TLS. Needs openssl.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests that need certificates are skipped; false where they can run. */
export const skip: string | false =
  spawnSync('openssl', ['version']).status !== 0 &&
  'no openssl on the PATH, which makes certificates';

export interface Certificate {
  /** All in PEM. */
  readonly key: string;
  readonly certificate: string;
  readonly ca: string;
}

/** @param names such as `DNS:localhost` or `IP:127.0.0.1` */
export function makeCertificate(names: readonly string[]): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-ca-'));
  const file = (name: string) => join(directory, name);
  const openssl = (...args: string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: directory, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    const ca = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=a CA of a test'];
    openssl('req', '-x509', '-days', '2', ...key, ...ca);
    openssl('req', ...key, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=a server');
    writeFileSync(file('names'), `subjectAltName=${names.join(',')}`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    openssl('x509', '-req', '-days', '2', '-in', 'request.pem', ...signed, '-out', 'server.pem');
    const [keyText, certificate, caText] = ['key.pem', 'server.pem', 'ca.pem'].map((name) =>
      readFileSync(file(name), 'utf8'),
    );
    return { key: keyText!, certificate: certificate!, ca: caText! };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
