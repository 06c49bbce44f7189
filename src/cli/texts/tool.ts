// The help texts and flags of the commands for the command line itself, apart from their code.

import type { CommandText } from '../command.ts';
import { JSON_FLAG } from '../common-flags.ts';

export const profile = {
  name: 'profile',
  usage: [
    'profile add NAME --url URL (--token-file FILE | --token-variable NAME | --token-command COMMAND)',
    'profile list',
    'profile use NAME',
    'profile remove NAME',
  ],
  about:
    'Profiles stand in ~/.config/ordergate/profiles.json (XDG_CONFIG_HOME; on Windows APPDATA). A token stands there sealed, under the key of profile.key beside it, and bound to its URL; both files are for their owner alone. `use` chooses the profile of calls, listen, requests, orders, parties, callbacks and clock; commands that change a ledger by hand take a profile from --profile alone.',
  words: ['add', 'list', 'use', 'remove'],
  flags: {
    url: { type: 'string', value: 'URL', text: 'the server, such as https://open.example.cn' },
    gateway: {
      type: 'string',
      value: 'URL',
      text: 'where its gateways are, if management has a port of its own',
    },
    'token-file': {
      type: 'string',
      value: 'FILE',
      text: 'read the token once and keep it sealed; - is standard input',
    },
    'token-variable': {
      type: 'string',
      value: 'NAME',
      text: 'take the token from this variable each time',
    },
    'token-command': {
      type: 'string',
      value: 'COMMAND',
      text: 'take the token from what this command prints each time, such as a password manager',
    },
    ...JSON_FLAG,
  },
  takesSettings: false,
  examples: [
    [
      'profile add local --url http://127.0.0.1:8787 --token-file data/admin.token',
      'a sandbox of this machine',
    ],
    [
      'profile add live --url https://open.example.cn --token-command "pass show ordergate"',
      'the token stays with the password manager',
    ],
    ['profile use live', 'the server of the commands from now on'],
  ],
} as const satisfies CommandText;

export const completion = {
  name: 'completion',
  usage: ['completion bash|zsh|fish'],
  words: ['bash', 'zsh', 'fish'],
  flags: {},
  takesSettings: false,
  examples: [
    ['completion bash > ~/.local/share/bash-completion/completions/ordergate', 'bash'],
    ['completion zsh > ~/.zfunc/_ordergate', 'zsh, where ~/.zfunc stands in fpath'],
    ['completion fish > ~/.config/fish/completions/ordergate.fish', 'fish'],
  ],
} as const satisfies CommandText;
