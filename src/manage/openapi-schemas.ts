// JSON Schemas of the OpenAPI page: each schema with an id stands once, in components, and is named by $ref.
import { z } from 'zod';
import type { OrderFields } from '../protocol/order-fields.ts';
import type { Platform } from '../protocol/platform.ts';

export type Schema = Record<string, unknown>;
export type Components = Record<string, Schema>;

const refTo = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/**
 * The schema as JSON, with its parts that have an id put into `components`.
 * @throws {Error} where one id stands for two schemas
 */
export function componentSchema(
  components: Components,
  schema: z.ZodType,
  io: 'input' | 'output',
): Schema {
  // `$schema` only means something at the top of a document of its own.
  const {
    $schema: _,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema & { $defs?: Components };
  for (const [name, part] of Object.entries($defs)) {
    if (!name.startsWith('__')) put(components, name, part);
  }
  const name = z.globalRegistry.get(schema)?.id;
  if (name === undefined || json.$ref !== undefined) return withRefs(json) as Schema;
  put(components, name, json);
  return refTo(name);
}

function put(components: Components, name: string, { id: _, ...json }: Schema): void {
  const made = withRefs(json) as Schema;
  const known = components[name];
  if (known && JSON.stringify(known) !== JSON.stringify(made)) {
    throw new Error(`two schemas have the id ${name}`);
  }
  components[name] = made;
}

/** Refs to where OpenAPI keeps schemas. Those without a name are of any JSON, which nests without end. */
function withRefs(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withRefs);
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, ...rest } = node as Schema;
  if (typeof $ref === 'string') {
    const name = $ref.slice('#/$defs/'.length);
    return name.startsWith('__') ? rest : { ...rest, ...refTo(name) };
  }
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withRefs(value)]));
}

/** Names the fields of orders by platform: of those that are answered, and of new ones. */
export function describeOrders(components: Components, platforms: readonly Platform[]): void {
  const described = platforms.flatMap(({ name, title, orderFields }) =>
    orderFields ? [{ name, title, fields: orderFields, id: capital(name) }] : [],
  );
  if (described.length === 0) return;
  const attributes: Schema[] = [];
  const lines: Schema[] = [];
  const rows: Record<string, Schema> = {};
  const add = (id: string, schema: z.ZodType, description: string): Schema => {
    components[id] = { description, ...componentSchema(components, schema, 'output') };
    return refTo(id);
  };
  for (const { name, title, fields, id } of described) {
    attributes.push(
      add(`${id}OrderAttributes`, fields.attributes, `what ${title} keeps with an order`),
    );
    if (fields.lineAttributes) {
      lines.push(
        add(`${id}LineAttributes`, fields.lineAttributes, `what ${title} keeps with a line`),
      );
    }
    components[`New${id}Order`] = newOrderOf(name, fields);
    rows[name] = refTo(`New${id}Order`);
  }
  for (const name of ['Order', 'OrderWithHistory']) {
    const properties = components[name]?.properties as Record<string, Schema> | undefined;
    if (!properties) continue;
    const line = (properties.lines as { items: { properties: Record<string, Schema> } }).items;
    properties.attributes = anyOf(attributes);
    if (lines.length > 0) line.properties.attributes = anyOf(lines);
  }
  if (!components.NewOrder) return;
  const mapping = Object.fromEntries(
    Object.entries(rows).map(([name, { $ref }]) => [name, $ref as string]),
  );
  components.NewOrder = {
    description: 'an order as in an import file, with its platform',
    oneOf: Object.values(rows),
    discriminator: { propertyName: 'platform', mapping },
  };
}

/** One form needs no choice. */
const anyOf = (forms: Schema[]): Schema =>
  forms.length === 1 ? forms[0]! : { description: 'by platform', anyOf: forms };

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** A row with its platform, and with its section where there are several. */
function newOrderOf(platform: string, { rows }: OrderFields): Schema {
  const sections = Object.entries(rows);
  const forms = sections.flatMap(([section, schemas]) =>
    schemas.map((schema): Schema => {
      const row = componentSchema({}, schema, 'input') as {
        properties: Schema;
        required?: string[];
      };
      const { properties, required = [], ...rest } = row;
      const several = sections.length > 1;
      return {
        ...rest,
        properties: {
          platform: { type: 'string', const: platform },
          section: { type: 'string', const: section },
          ...properties,
        },
        required: ['platform', ...(several ? ['section'] : []), ...required],
      };
    }),
  );
  return forms.length === 1
    ? forms[0]!
    : {
        type: 'object',
        properties: { platform: { type: 'string', const: platform } },
        required: ['platform'],
        anyOf: forms,
      };
}
