// Does something by hand, says how it went, and has the pages ask anew.
import App from 'antd/es/app';
import { ApiError } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { usePreferences } from '../../app/preferences.tsx';

/** @returns runs `deed`; what the server refuses is shown, and not thrown */
export function useAct(): (deed: () => Promise<string>) => Promise<boolean> {
  const { message, notification } = App.useApp();
  const { language } = usePreferences();
  return async (deed) => {
    try {
      void message.success(await deed());
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { code, message: said, why, remedy } = error;
      const advice = remedy ? `${remedy[language]}\n${said}` : said;
      notification.error({
        ...{ title: why?.[language] ?? code, description: advice, duration: 0 },
        className: 'refusal',
      });
      return false;
    } finally {
      void queryClient.invalidateQueries();
    }
  };
}
