// A secret that the server has just made: shown once, to be copied, and gone with the dialog.
import Button from 'antd/es/button';
import Modal from 'antd/es/modal';
import { useTexts } from '../texts/catalogue.ts';
import { partyTexts } from '../texts/parties.ts';
import { CopyButton } from './values.tsx';

export function SecretDialog({
  title,
  secret,
  onClose,
}: {
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
}) {
  const t = useTexts(partyTexts);
  return (
    <Modal
      open
      title={title}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t.secretDone}
        </Button>
      }
    >
      <p>{t.secretOnce}</p>
      <p className="secret">
        <code>{secret}</code>
        <CopyButton text={secret} what={title} />
      </p>
    </Modal>
  );
}
