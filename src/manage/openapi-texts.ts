// What the OpenAPI page says in words: its tags, and of each operation what a summary has no room for.

/** By the first segment of the path, in the order in which a reader meets them. */
export const TAGS: Readonly<Record<string, string>> = {
  overview: 'What needs attention now, for the first page of a console.',
  series: 'Counts over time.',
  events: 'What happens, as it happens.',
  search: 'One question for any id.',
  attention: 'Orders that somebody should look at, with the reasons.',
  orders: 'Orders of all platforms: find, read with their history, create, and move on.',
  parties: 'Who may call a gateway: partners, apps and accounts, with their keys and limits.',
  admissions: 'Which addresses are let in, by whose list.',
  catalog: 'What platforms keep beside orders and parties, such as products.',
  import: 'Rows of an import file, for `ordergate import` beside a running server.',
  requests: 'The log of gateway calls: what was sent, what was answered, and why.',
  debug: 'Why a signature is wrong.',
  callbacks: 'Where events are posted, every delivery with its attempts, and what was given up.',
  tokens: 'OAuth tokens of a platform, listed and ended one by one.',
  consents: 'Consents of merchants, which tokens come from.',
  errors: 'What the codes of errors mean, and what to do about each.',
  platforms: 'The platforms that the server speaks, and the contract of each as JSON.',
  alarms: 'What a rule has warned of, with everything that happened since.',
  'alarm-rules': 'What is watched, from which value on, and who is told.',
  'alarm-channels': 'Groups of 企业微信, 钉钉 and 飞书, and webhooks, that get alarms.',
  clock: 'The clock of a sandbox, which tests move forward. Not in production.',
  sandbox: 'The sandbox as a whole. Not in production.',
  me: 'Who is calling: role, sessions, password and second factor.',
  accounts: 'Who may sign in to the console, with their roles. For admins.',
  approvals: 'What waits for a second person (ORDERGATE_SECOND_PERSON). For operators.',
  'partner-links': 'Links by which one party sees its own data. For operators.',
  'api-tokens': 'Bearer tokens of programs, each with a role and an end. For admins.',
  audit: 'Who changed, revealed or exported what, and who signed in. For admins.',
  exports: 'Lists as CSV files that Excel opens, streamed.',
  version: 'Which server this is.',
  'openapi.json': 'This description itself.',
};

export const DESCRIPTIONS: Readonly<Record<string, string>> = {
  streamEvents:
    'Server-sent events (`text/event-stream`), which browsers read with EventSource. Events: `hello` first; `order` for each change of an order; `call` for each gateway call; `deliveries` with the counts of an endpoint whose callbacks have changed; `overview` with the answer of /overview/figures when it has changed, every 2 seconds at most; `reload` where events are missing, so that lists have to be read again. `id` says how far the stream has come: sent back as Last-Event-ID, a new stream tells what was missed, or says `reload`. An event may come twice. The node asks the ledger once a second for all its streams, so that each tells what every node did. A comment comes every 15 seconds. A reader that leaves 256 KiB unread is cut; a session or a token may have 8 streams open; a stream ends within 3 seconds of the end of its session or token, and at once when the server stops.',
  readFigures:
    'Calls are counted in the memory of this process, as /metrics counts them, and come from this node alone; `totals` equals ordergate_gateway_calls_total without its methods. Callbacks and deadlines are read from indexes of the ledger at most every 2 seconds, and are of all nodes. A row belongs to a party; an owner of orders, such as a supplier or an app, is counted with its party, or by its own id where no party has it.',
  readVersion:
    'Needs no token: the front page shows the same to everybody, and a client asks for the version before it has one.',
  exportOrders:
    'All pages, not one. UTF-8 with a byte order mark and CRLF; a cell that a spreadsheet would take for a formula has an apostrophe before it. Card codes are never in it. The audit has an entry of each export.',
  exportRequests: 'As /exports/orders. Secrets within bodies are masked, as in the list.',
  exportDeliveries: 'As /exports/orders; attempts stand in their column as JSON.',
  exportParties: 'As /exports/orders, without secrets.',
  exportAudit: 'As /exports/orders. For admins.',
  beginTotp:
    'Time-based one-time passwords of RFC 6238 (SHA-1, 6 digits, 30 s). The account’s password is asked for where it has one; of an account without one the value does not matter.',
  confirmTotp:
    'From now on a sign-in with the password asks for a code. Keep the recovery codes apart from the telephone.',
  removeTotp:
    'An admin removes it for somebody who has lost it, with /accounts/{accountId}/reset-password.',
  listAudit:
    'Append-only. Each entry carries a hash over itself and the one before it, so that `ordergate verify` finds one that was altered, removed or put in. A change has an entry before it and one of its outcome; the list shows the second, or the first with the outcome `unknown` where the server ended in between. Secrets, keys, tokens and card codes are masked.',
  readAudit: 'The same as a row of the list.',
  addOrderNote:
    'For operators alone: no platform, party or callback tells of it, and the order’s version stays. Notes are never changed; the order is read with them.',
  assignOrder: 'Replaces who looked after it. /orders?assignee=NAME lists the orders of somebody.',
  unassignOrder: 'The order stays as it is.',
  listApprovals:
    'Where ORDERGATE_SECOND_PERSON names replays or reveals, such a call is answered with 409 needs-second-person and stands here for 24 hours.',
  approveCall:
    'By a person who is signed in, and is neither who has asked nor who has made the token that did. Whoever asked then makes the same call again, once, within an hour.',
  refuseCall: 'The call that asked is then answered with 409 second-person-refused, once.',
  listPartnerLinks: 'Also tokens with role partner that an admin has made.',
  createPartnerLink:
    'Give the link to the party. It opens once, within 24 hours, after a click on its page, and then a session that lasts `days`. Its role is partner: it sees the calls of this party and why they were refused, its callbacks and may replay them, its keys without their secrets, and its endpoints; of anybody else it sees nothing. Ending its token ends the session.',
  endPartnerLink: 'Ends tokens with role partner alone; /api-tokens ends any.',
  readApiToken: 'Also one that has ended, until it is forgotten.',
  readCatalogEntry: 'The same as a row of the list.',
  readCallbackEndpoint: 'The same as a row of the list.',
  listAccounts: 'By name. Passwords and second factors are told as being there, and never shown.',
  createAccount:
    'Give the link to its owner; who opens it first chooses the password. Names are kept in lower case.',
  readAccount: 'The same as a row of the list.',
  changeAccount:
    'The last enabled admin can be neither disabled nor given another role. A lower role counts from the next call on.',
  resetPassword:
    'For somebody who has lost the password or the second factor. Until the link is used nobody can sign in to the account.',
  listApiTokens: 'Oldest first. A token’s last use is kept to the minute.',
  createApiToken:
    'Programs send it as "Authorization: Bearer ogt_…". It takes the place of the one admin token, which knows no name, no role and no end.',
  endApiToken: 'Answers 0 where there was no such token.',
  readMe:
    'For the console, which shows what the caller may do. A token has no account, and therefore no session.',
  listMySessions:
    'Newest use first. A session ends two hours after its last call, or twelve after sign-in.',
  endMySession:
    'Answers 0 where the caller has no such session. A browser with it is asked to sign in again.',
  endMySessions: 'Every browser that is signed in to the account has to sign in again.',
  changeMyPassword:
    'The current password is asked for once more. A wrong one makes the next attempt wait, up to 30 s; 429 where too many wait.',
  readOverview:
    'Counts stop at 1,000 and say so. Deadlines that come within the hour count as soon. The refused calls are those of the last hour.',
  readCallSeries:
    'Counted in the memory of the node that answers, since it started. Points without calls are in the answer, too.',
  search:
    'A term is an order id of any platform, a look-up key such as a customParm or its beginning, the id of a call, a callback or a party, or the last 4 digits or more of a mobile number. Several terms are looked up together.',
  listAttention:
    'An order is listed once, with all of its reasons. A deadline is a reason when it comes within the hour. Calls that named no order are in `/requests?refused=true`.',
  readOrderOutlook:
    'The deadlines to come, the moves that the platform’s table allows from here, and the endpoints that a move would be posted to. `wire` is the order as the platform’s own reply shows it today; it is empty where no method of the platform reads such an order.',
  listOrders:
    'Filters are joined with “and”. A filter that names no platform, state or party is 400 and lists what there is. Pass `nextCursor` as `cursor` to go on.',
  createOrders:
    'The body is one order or a list of them. Each has the fields of an import file of its platform, and `platform` beside them. If one is refused or exists already, none is created.',
  findOrders:
    'Looks the id up on every platform. The answer has one order for each platform that knows the id, with all that `/orders/{platform}/{orderId}` shows.',
  readOrder:
    'The history is whole and oldest first. A row that a gateway call caused has the call’s `requestId` and the path `request` to read it. Of callbacks the newest 100 are shown.',
  moveOrder:
    'With `version`, an order that has changed since is not moved, and the refusal says who was faster. The move has to be one of the platform’s table for operators; a refusal lists where the order can go. `to` takes a state, its name, or the platform’s word for it. Callbacks go out as for any change.',
  revealSealed:
    'A sealed text, such as card codes, is encrypted in the ledger. Reading it writes a row into the order’s history with the note, before the text is answered.',
  listParties:
    'Filtered, sorted and paged by the server. A page looks at the parties as they are then: one whose value changes between two pages may come twice or not at all. Secrets are never shown again.',
  createParty:
    'Without `secret` a random one is made. The answer is the only one that shows the secret; the gateway takes it at once.',
  readParty: 'The answer’s ETag is the party’s version, for If-Match and If-None-Match.',
  changeParty:
    'What is not given stays as it is. `attributes` are merged as RFC 7396 says: null removes a member, and a list replaces the list. The change takes effect with the next gateway call.',
  rotateKey:
    'The older keys hold on for `overlapSeconds`, a day by default, so that the other side can change over. A reply is signed with the key that verified its request. At most five keys hold at once.',
  endKey:
    'Look at `lastUsedAt` first: it tells whether the party still signs with the key. The only key that holds cannot be ended.',
  savePartyApp:
    'Of a platform whose parties have apps. The other apps of the party stay as they are.',
  removePartyApp: 'The app’s orders stay. Its calls are refused from the next one on.',
  listCatalog:
    'By platform, kind and key. A `kind` that no platform takes is 400 and lists those that there are.',
  saveCatalogEntry: 'The platform checks the document. An entry of that kind and key is replaced.',
  removeCatalogEntry: 'Answers whether there was such an entry. Orders that name it stay.',
  importRows:
    'Used by `ordergate import`. Rows that are refused are answered with their line and what is wrong; the others are brought in. With `dryRun` nothing is changed.',
  listRequests:
    'Newest first. One question searches the log for 250 ms at most, so that a page may be short or empty and still have a `nextCursor` to go on at; `searchedTo` then says how far the search came. A refused call never causes a callback.',
  readRequest:
    'Secrets and signatures are masked. The log is bounded by age and size, so that an old call may be gone.',
  debugSignature:
    'Tries the mistakes that clients make, one and in pairs, until the received signature is hit, and names the smallest set. Give the call as `requestId` of a row of the log, as `raw` HTTP text, as a `curl` line, as `url` with `headers` and `body` (or `bodyBase64`), or a `string` with its `digest`. A `secret` is used for the question alone. docs/signature.md explains the answer.',
  listCallbackEndpoints:
    'Endpoints that were registered here, and those that a platform declares for its parties.',
  createCallbackEndpoint:
    'The address has to be public, unless the server’s settings allow it. The answer is the only one that shows the secret, with which messages are signed (Standard Webhooks).',
  changeCallbackEndpoint:
    'What is not given stays as it is. An endpoint that is switched off keeps its pending callbacks, which go out when it is switched on again. An operator may change `enabled` alone.',
  deleteCallbackEndpoint:
    'Pending callbacks of the endpoint become dead letters that are not replayed. An endpoint that a platform declares goes with its party’s setting.',
  rotateCallbackSecret:
    'During the overlap messages carry signatures of both secrets, so that the receiver can change over.',
  pingCallbackEndpoint:
    'Posts at once, whatever the pause. Where the receiver acknowledges it, the pause ends and what waits for a later time goes out now.',
  sendOwnCallback:
    'For the tests of a receiver. A production server has no such operation, because it would sign what no event has caused. The answer of the receiver is judged as that of a callback. With `post: false` the headers are for a post of your own, within five minutes.',
  listDeliveries:
    'Each with every attempt: status, error, duration and the first KiB of the answer.',
  readDelivery: 'The body is exactly what is posted.',
  attemptDelivery:
    'Posts before its time and under a pause, and answers with the delivery and its attempt. A delivery that waits for an earlier one of its order is 409 with the earlier one’s id.',
  giveUpDelivery:
    'The delivery becomes a dead letter with an alert, and the next one of its order goes out.',
  replayDelivery:
    'The message keeps its `webhook-id`, by which a receiver knows that it has it already. Under a pause the answer says until when.',
  replayDeliveries:
    'Name an endpoint, or a platform and a party, and a time range. Only deliveries that have ended are sent again.',
  listListeners:
    'Each program that pulls callbacks, such as `ordergate listen`, has a listener: a cursor that the server keeps.',
  openListener:
    'A listener that is there goes on where it was acknowledged last, whoever held it: the session before ends, and its next pull or acknowledgement is 409 `listener-taken`. With `endpointId` the callbacks have the form, the event types and the signatures of that endpoint. Without it they have the form of the platform’s own callbacks, or else are signed with a secret of the listener’s own. A delivery that an operator sends again reaches each listener of its party.',
  pullCallbacks:
    'Post the body with the headers as they are, the callbacks of one order one after the other, and acknowledge what the receiver has acknowledged. What is not acknowledged comes again, freshly signed, from `after` 0 on.',
  judgeAnswer:
    'Status 2xx, and what the endpoint expects besides, or what the platform’s own protocol wants as an answer.',
  acknowledgeCallbacks:
    'A cursor below the present one changes nothing. A resend is named by `seq` and `times` of its pull, so that a further resend that came meanwhile is kept.',
  removeListener: 'Nothing waits for it any more. The name may be used again.',
  listCallbackAlerts:
    'What somebody should look at: dead letters, and endpoints that were switched off.',
  readEndpointHealth:
    'Attempts by hour of the callbacks that were made within the last day, the time of the next attempt, and the schedule of the endpoint’s preset.',
  startReplayJob:
    'With `dryRun` it answers how many match, and nothing is sent. Else a job of this node sends them again, oldest first, and `GET …/{jobId}` tells how far it is. Pending callbacks are not touched.',
  listReplayJobs:
    'A node keeps its last 50 jobs in memory; a restart forgets them and ends those that run.',
  readReplayJob: 'Ask the node that started the job.',
  stopReplayJob: 'A job that has ended stays as it is.',
  listAdmissions:
    'One row for each list of addresses: of a party, or of each of its apps. A party without a list lets every address in. Keys and signatures are checked as ever.',
  listTokens: 'Tokens are shown by their digest, which opens nothing.',
  endToken: 'Takes effect with the next call. Answers 0 where there was no such token.',
  listConsents: 'A consent is one “yes” of a merchant; codes and tokens come from it.',
  endConsent: 'The merchant has to consent again. Answers 0 where there was nothing to end.',
  listPlatforms:
    'The version of a contract changes whenever the contract does; the answer has an ETag.',
  readPlatform:
    'Everything that a client of the platform needs: envelope, methods with fields and samples, and codes with cause and remedy. Use If-None-Match to ask whether it has changed.',
  listErrors:
    'Each error of this API carries the cause, the remedy and `retry` of its code as well. The codes that HTTP itself answers with, before a call reaches an endpoint, stand here only.',
  listAlarms:
    'One alarm for each time that a rule was over its threshold. The time line says when it fired, what each channel answered, who acknowledged it, and when it ended.',
  acknowledgeAlarm:
    'An alarm that was acknowledged before stays with the name of the first. It goes on until its value is under the threshold.',
  listAlarmRules:
    'One node evaluates all rules, every ten seconds. A rule has at most one open alarm.',
  createAlarmRule:
    'A message goes to each channel when the value reaches the threshold, and another when it is under it again.',
  changeAlarmRule: 'What is not given stays as it is. What is watched, and of whom, stays.',
  removeAlarmRule: 'Answers false where there was no such rule. Its alarms stay listed.',
  listAlarmChannels: 'Address and secret are sealed, and never shown again.',
  createAlarmChannel:
    'The address has to be one that callbacks may reach. 钉钉 and 飞书 sign with `secret` where it is given; a webhook is signed as Standard Webhooks has it.',
  removeAlarmChannel: 'Answers false where there was no such channel.',
  testAlarmChannel:
    '企业微信, 钉钉 and 飞书 answer 200 also for a message that they do not take: `error` judges the body.',
  readClock: 'The sandbox’s time, and how far it is ahead of the world’s.',
  advanceClock:
    'The clock only goes forward, and goes on at real speed. Deadlines that became due, such as refunds, have run when the answer comes.',
  advanceToDeadline:
    'For a test that waits for the 100 minutes, or for a retry of the rules. The deadline has run when the answer comes, as have all that were due before it.',
  resetSandbox:
    'For the start of a test run. Other nodes drop what they hold in memory. There is no way back.',
  listForces:
    'Oldest first: of several rules that fit a call, the oldest meets it. Rules are in the memory of the node that made them. A restart and a reset of the sandbox end all of them.',
  createForce:
    'For clients that cannot send the header X-Sandbox-Force. `force` has the form of that header. A call that has the header meets no rule. docs/sandbox.md explains each force.',
  removeForce: 'Answers false where there was no such rule, or where it was used up.',
  listScenarios:
    'Each has a title and steps in both languages, and its file, which is a beginning for one of your own. docs/scenarios.md explains the steps.',
  startScenarioRun:
    'The run signs its calls as the parties that the file names, moves the clock of the sandbox, and acts for the caller in the audit. A scenario expects the fixtures: `reset` makes the sandbox anew first, and takes the role admin. One run is under way at a time.',
  listScenarioRuns: 'Runs are in the memory of the node that ran them. A restart forgets them.',
  readScenarioRun:
    'Ask every half second while `state` is `running`. The first step that fails ends the run; `result` says why.',
  stopScenarioRun:
    'The call that is under way is cut off. A run that has ended stays as it is. Orders and clock stay as they are.',
  readOpenApi: 'OpenAPI 3.1, made from the same schemas that check each call.',
};
