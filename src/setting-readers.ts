// Readers for the texts of settings. Each error states the values that the setting accepts.
import { AddressList, splitAddresses } from './directory/addresses.ts';
import { isLoopbackHost } from './directory/loopback.ts';

export class ConfigError extends Error {
  readonly code = 'ERR_CONFIG';
  override readonly name = 'ConfigError';
}

/** A mistake in the command line or in a setting: exit code 2. Nothing was done. */
export class UsageError extends ConfigError {}

export const asGiven = (text: string | undefined): string => text!;

/** An empty variable counts as absent, because compose files leave such variables. */
export const optional = (text: string | undefined): string | undefined => text || undefined;

export const commaSeparated = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

export function oneOf<const Value extends string>(...values: readonly Value[]) {
  return (text: string | undefined, name: string): Value => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw new ConfigError(`${name} is "${text}"; it has to be ${list(values)}`);
  };
}

/** Some of the values with commas between, or none. */
export function someOf<const Value extends string>(...values: readonly Value[]) {
  return (text: string | undefined, name: string): readonly Value[] => {
    const given = commaSeparated(text);
    const wrong = given.find((one) => !values.some((value) => value === one));
    if (wrong === undefined) return given as readonly Value[];
    throw new ConfigError(`${name} has "${wrong}"; it takes ${values.join(', ')}`);
  };
}

const list = (values: readonly string[]): string =>
  values.length === 2 ? values.join(' or ') : `one of ${values.join(', ')}`;

export function wholeNumber(min: number, max: number) {
  return (text: string | undefined, name: string): number => {
    const value = /^\d{1,9}$/.test(text ?? '') ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new ConfigError(
      `${name} is "${text}"; it has to be a whole number from ${min} to ${max}`,
    );
  };
}

/** A whole number, or undefined where the variable is absent or empty. */
export function optionalNumber(min: number, max: number) {
  const read = wholeNumber(min, max);
  return (text: string | undefined, name: string): number | undefined =>
    text ? read(text, name) : undefined;
}

/**
 * The URL is parsed where it is used, as libpq parses it. It is never printed, because it may
 * contain a password.
 */
export function databaseUrl(text: string | undefined, name: string): string | undefined {
  if (!text) return undefined;
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new ConfigError(
      `${name} has to be of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE`,
    );
  }
  return text;
}

export function publicUrl(text: string | undefined, name: string): string | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  const isBare =
    url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && !url.username;
  if (isBare && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin;
  throw new ConfigError(
    `${name} is "${text}"; it has to be a scheme and a host, such as https://open.example.cn`,
  );
}

export function addresses(text: string | undefined, name: string): AddressList {
  try {
    return new AddressList(splitAddresses(text ?? ''));
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`);
  }
}

/** An issuer of OpenID Connect: with TLS, unless it runs on this machine. */
export function providerUrl(text: string | undefined, name: string): string | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  const isHere = url?.protocol === 'http:' && isLoopbackHost(url.host);
  if (url !== null && (url.protocol === 'https:' || isHere)) return text;
  throw new ConfigError(
    `${name} is "${text}"; it has to be the issuer of the provider, such as https://login.example.cn`,
  );
}
