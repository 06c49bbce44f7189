// The flags that several commands have.

export const JSON_FLAG = {
  json: { type: 'boolean', default: false, text: 'print JSON instead of text' },
} as const;

/** For a command whose output is a stream of rows. */
export const NDJSON_FLAG = {
  json: {
    type: 'boolean',
    default: false,
    text: 'print one JSON object a line (NDJSON); the first is {"type":"ready"}',
  },
} as const;

/** Where a command finds its server, beside the settings. */
export const SERVER_FLAGS = {
  url: { type: 'string', value: 'URL', text: 'the server, such as http://127.0.0.1:8787' },
  token: {
    type: 'string',
    value: 'TOKEN',
    text: 'a token of its management API. Others see it in the list of processes; safer are ORDERGATE_ADMIN_TOKEN and a profile',
  },
  profile: { type: 'string', value: 'NAME', text: 'a server that `ordergate profile add` keeps' },
} as const;

/** Which part of a long list is printed. */
export const PAGE_FLAGS = {
  limit: { type: 'string', value: 'N', default: '20', text: 'how many rows, at most 1000' },
  cursor: { type: 'string', value: 'CURSOR', text: 'go on where the page before ended' },
} as const;
