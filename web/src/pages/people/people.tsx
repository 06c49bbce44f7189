// People: one's own account and sessions; for admins all accounts and the API tokens of scripts.
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../../api/queries.ts';
import { Loaded } from '../../parts/problem.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { peopleTexts } from '../../texts/people.ts';
import { Accounts } from './accounts.tsx';
import { ApiTokens } from './api-tokens.tsx';
import { MyAccount } from './my-account.tsx';

export function People() {
  const t = useTexts(peopleTexts);
  const me = useQuery(meQuery);
  return (
    <div className="page">
      <h1>{t.title}</h1>
      <Loaded query={me}>
        {(one) => (
          <>
            <MyAccount me={one} />
            {one.may.includes('listAccounts') && <Accounts />}
            {one.may.includes('listApiTokens') && <ApiTokens />}
          </>
        )}
      </Loaded>
    </div>
  );
}
