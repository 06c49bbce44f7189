// A field for a party's id: what is typed is looked for at the server, which may know thousands of parties.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Input from 'antd/es/input';
import { useId } from 'react';
import { partiesLikeQuery } from '../api/queries.ts';
import { useMay } from '../app/me.tsx';

export function PartyInput({
  id,
  platform,
  value,
  width,
  onChange,
}: {
  readonly id: string;
  readonly platform: string;
  readonly value: string;
  readonly width?: number;
  onChange(partyId: string): void;
}) {
  const list = useId();
  const may = useMay();
  const { data: parties } = useQuery({
    ...partiesLikeQuery(platform, value.trim()),
    enabled: platform !== '' && may('listParties'),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <Input
        id={id}
        list={list}
        value={value}
        {...(width !== undefined && { style: { width } })}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>
        {parties?.items.map(({ partyId }) => (
          <option key={partyId} value={partyId} />
        ))}
      </datalist>
    </>
  );
}
