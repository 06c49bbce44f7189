// People: one's own account and sessions; for admins all accounts and the API tokens of scripts.
import { useMay, useMe } from '../../app/me.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { peopleTexts } from '../../texts/people.ts';
import { Accounts } from './accounts.tsx';
import { ApiTokens } from './api-tokens.tsx';
import { MyAccount } from './my-account.tsx';

export function People() {
  const t = useTexts(peopleTexts);
  const may = useMay();
  return (
    <div className="page">
      <h1>{t.title}</h1>
      <MyAccount me={useMe()} />
      {may('listAccounts') && <Accounts />}
      {may('listApiTokens') && <ApiTokens />}
    </div>
  );
}
