// Texts of what waits for a second person.
import { catalogue } from './catalogue.ts';

export const approvalTexts = catalogue(
  {
    title: '待复核',
    hint: '申请人以外的操作员同意后，申请人再次执行同一操作即可完成。同意后一小时内有效，只能使用一次。',
    none: '没有待复核的操作',
    waiting: '待复核',
    approved: '已同意',
    refused: '已拒绝',
    approve: '同意',
    refuse: '拒绝',
    own: '须由他人复核',
    by: (name: string) => `${name} 申请于`,
    decided: (name: string) => `由 ${name} 复核`,
    reveal: '查看密文',
    replay: '重发多个回调',
    until: '有效期至',
    matter: (n: number) => `${n} 项操作等待复核`,
    matterHint: '由申请人以外的操作员同意或拒绝',
  },
  {
    title: 'For a second person',
    hint: 'Another operator approves; then whoever asked does the same again. An approval holds for an hour and works once.',
    none: 'Nothing waits for a second person',
    waiting: 'waits',
    approved: 'approved',
    refused: 'refused',
    approve: 'Approve',
    refuse: 'Refuse',
    own: 'somebody else has to answer',
    by: (name: string) => `asked by ${name}`,
    decided: (name: string) => `answered by ${name}`,
    reveal: 'Read a sealed text',
    replay: 'Send many callbacks again',
    until: 'until',
    matter: (n: number) =>
      n === 1 ? 'One call waits for a second person' : `${n} calls wait for a second person`,
    matterHint: 'another operator approves or refuses it',
  },
);
