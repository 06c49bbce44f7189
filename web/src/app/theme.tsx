// Ant Design in the console's colours and density, and in the chosen language.
import App from 'antd/es/app';
import ConfigProvider from 'antd/es/config-provider';
import enUS from 'antd/es/locale/en_US';
import zhCN from 'antd/es/locale/zh_CN';
import theme from 'antd/es/theme';
import { type ReactNode, useMemo } from 'react';
import { usePreferences } from './preferences.tsx';

const LIGHT = {
  colorError: '#b3261e',
  colorBgLayout: '#f5f6f8',
  colorTextSecondary: '#525866',
  colorTextDescription: '#525866',
};
const DARK = {
  colorError: '#ff8a80',
  colorBgLayout: '#101317',
  colorBgContainer: '#171b21',
  colorBgElevated: '#1f242c',
};

export function Theme({ children }: { readonly children: ReactNode }) {
  const { language, isDark, density } = usePreferences();
  const config = useMemo(
    () => ({
      algorithm: [
        isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        ...(density === 'compact' ? [theme.compactAlgorithm] : []),
      ],
      token: {
        // Darker than antd's own blue, so that links keep 4.5:1 on white.
        colorPrimary: isDark ? '#2a66d6' : '#1457c2',
        colorLink: isDark ? '#7aacff' : '#1457c2',
        borderRadius: 4,
        // The compact algorithm takes two off: 13 pixels in both.
        fontSize: density === 'compact' ? 15 : 13,
        motion: false,
        ...(isDark ? DARK : LIGHT),
      },
      components: { Table: { cellPaddingInlineSM: 8 } },
    }),
    [isDark, density],
  );
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enUS}
      theme={config}
      button={{ autoInsertSpace: false }}
      componentSize={density === 'compact' ? 'small' : 'middle'}
    >
      <App component="div" className="app">
        {children}
      </App>
    </ConfigProvider>
  );
}
