// Does something by hand, says how it went, and has the pages ask anew.
import App from 'antd/es/app';
import { ApiError } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';

/** @returns runs `deed`; what the server refuses is shown, and not thrown */
export function useAct(): (deed: () => Promise<string>) => Promise<boolean> {
  const { message, notification } = App.useApp();
  return async (deed) => {
    try {
      void message.success(await deed());
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notification.error({ title: error.code, description: error.message, duration: 0 });
      return false;
    } finally {
      void queryClient.invalidateQueries();
    }
  };
}
