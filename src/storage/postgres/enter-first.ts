// A switch of the schema and the statement that follows it, in one round trip and one transaction.
import pg from 'pg';

/** Prepared on each connection, by its first switch, before it is used here. */
export const ENTER = {
  name: 'enter-schema',
  text: "SELECT set_config('search_path', $1, false), current_schema()",
} as const;

type Message = { readonly fields: readonly (string | null)[] };

/** The driver's members that its types omit. */
interface DriverQuery extends pg.Query {
  readonly name: string;
  readonly text: string;
  readonly _result: unknown;
  prepare(connection: pg.Connection): void;
  handleRowDescription(message: Message): void;
  handleDataRow(message: Message): void;
  handleCommandComplete(message: Message, connection: pg.Connection): void;
  handleEmptyQuery(connection: pg.Connection): void;
  handleError(error: Error, connection: pg.Connection): void;
  handleReadyForQuery(connection: pg.Connection): void;
}
/** If the statement fails, the switch is undone, too. */
export class EnterFirst implements pg.Submittable {
  /** The schema that the session was in afterwards; undefined until the server has said so. */
  entered: string | null | undefined;
  readonly #schema: string;
  readonly #query: DriverQuery;
  #isEntering = true;
  readonly callback = (): void => {};

  constructor(
    schema: string,
    query: pg.QueryArrayConfig,
    done: (error: Error, result: pg.QueryArrayResult) => void,
  ) {
    this.#schema = schema;
    this.#query = new pg.Query(query as never, done as never) as unknown as DriverQuery;
  }

  // The driver keeps by these that a statement has been prepared, and sets the parsers of the result.
  get name(): string {
    return this.#query.name;
  }
  get text(): string {
    return this.#query.text;
  }
  get _result(): unknown {
    return this.#query._result;
  }

  submit(connection: pg.Connection): void {
    connection.stream.cork();
    connection.bind({ statement: ENTER.name, values: [this.#schema] }, true);
    connection.execute({}, true);
    this.#query.prepare(connection);
    connection.stream.uncork();
  }

  handleRowDescription(message: Message): void {
    this.#query.handleRowDescription(message);
  }

  handleDataRow(message: Message): void {
    if (this.#isEntering) this.entered = message.fields[1] ?? null;
    else this.#query.handleDataRow(message);
  }

  handleCommandComplete(message: Message, connection: pg.Connection): void {
    if (this.#isEntering) this.#isEntering = false;
    else this.#query.handleCommandComplete(message, connection);
  }

  handleEmptyQuery(connection: pg.Connection): void {
    this.#query.handleEmptyQuery(connection);
  }

  handleError(error: Error, connection: pg.Connection): void {
    this.#query.handleError(error, connection);
  }

  handleReadyForQuery(connection: pg.Connection): void {
    this.#query.handleReadyForQuery(connection);
  }
}
