// Asks once more before something is removed.
import Modal from 'antd/es/modal';
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';

export function Sure({
  question,
  onYes,
  onNo,
}: {
  readonly question: string;
  onYes(): void;
  onNo(): void;
}) {
  const t = useTexts(alarmTexts);
  return (
    <Modal
      open
      title={question}
      okText={t.remove}
      okButtonProps={{ danger: true }}
      cancelText={t.keep}
      onOk={onYes}
      onCancel={onNo}
    />
  );
}
