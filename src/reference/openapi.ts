// The OpenAPI page of the management API as the reference reads it.
import type { Text } from '../protocol/contract.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Body {
  readonly content?: Readonly<
    Record<string, { readonly schema: Schema; readonly example?: unknown }>
  >;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly 'x-zh': { readonly summary: string; readonly description: string };
  readonly 'x-least-role': string;
  /** Empty where the operation needs no token. */
  readonly security?: readonly unknown[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Body & { readonly required: boolean };
  readonly responses: Readonly<
    Record<string, Body & { readonly description: string; readonly 'x-zh'?: string }>
  >;
}

export interface OpenApi {
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly {
    readonly name: string;
    readonly description: string;
    readonly 'x-zh': string;
  }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The management API: its OpenAPI page, and what the codes of its errors mean. */
export interface Management {
  openApi(): Promise<OpenApi>;
  readonly errors: Readonly<
    Record<
      string,
      {
        readonly statuses: readonly number[];
        readonly cause: Text;
        readonly remedy: Text;
        readonly retry: 'never' | 'later';
      }
    >
  >;
}

export interface Placed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export const operationsOf = ({ paths }: OpenApi): Placed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
